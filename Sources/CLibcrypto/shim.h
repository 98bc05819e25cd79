#pragma once
// The state of a hash as a plain value (SHA256_Init(3)). OpenSSL would have everybody allocate one for each hash instead.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
