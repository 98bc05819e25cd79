import HTTPTypes
import HabeasHTTP
import Testing
