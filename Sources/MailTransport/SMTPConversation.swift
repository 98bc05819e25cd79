internal import CCurl

/// One mail's conversation with a server: owns the libcurl handle.
struct SMTPConversation: ~Copyable {
    private let handle: UnsafeMutableRawPointer
    private let recipients: UnsafeMutablePointer<curl_slist>
    private let course: SMTPCourse

    /// libcurl's global state, begun once (curl_global_init(3)).
    private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    /// Nil when libcurl has no memory or refuses an option.
    init?(_ settings: SMTPSettings, _ message: MailMessage, until cancellation: Cancellation) {
        guard Self.library == CURLE_OK, let handle = curl_easy_init() else { return nil }
        guard let recipients = curl_slist_append(nil, "<\(message.to.text)>") else {
            curl_easy_cleanup(handle)
            return nil
        }
        let course = SMTPCourse(message.bytes, until: cancellation)
        guard Self.connect(handle, settings), Self.load(handle, message, recipients, course) else {
            curl_easy_cleanup(handle)
            curl_slist_free_all(recipients)
            return nil
        }
        self.handle = handle
        self.recipients = recipients
        self.course = course
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(recipients)
    }

    /// Blocks until the server has answered or a limit is reached.
    func run() -> SMTPEnding {
        let result = curl_easy_perform(handle)
        let reply = Int(habeas_curl_reply_code(handle))
        switch result {
        case CURLE_OK: return .taken(reply)
        case CURLE_ABORTED_BY_CALLBACK: return .cancelled
        case CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM, CURLE_SSL_ENGINE_INITFAILED:
            return .noTLS(course.stage)
        case CURLE_LOGIN_DENIED:
            return (400..<500).contains(reply)
                ? .refused(reply, .signingIn) : .signInRefused((500..<600).contains(reply) ? reply : nil)
        case CURLE_OPERATION_TIMEDOUT: return .unreachable(course.stage)
        default:
            return (400..<600).contains(reply) ? .refused(reply, course.stage) : .unreachable(course.stage)
        }
    }

    private static func connect(_ handle: UnsafeMutableRawPointer, _ settings: SMTPSettings) -> Bool {
        var texts: [(CURLoption, String)] = [
            (CURLOPT_URL, settings.url), (CURLOPT_PROTOCOLS_STR, "smtp,smtps"), (CURLOPT_PROXY, ""),
        ]
        if let authorities = settings.authorities { texts.append((CURLOPT_CAINFO, authorities)) }
        if let credentials = settings.credentials {
            texts += [(CURLOPT_USERNAME, credentials.user), (CURLOPT_PASSWORD, credentials.password)]
        }
        let encryption = settings.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        let numbers: [(CURLoption, Int)] = [
            // Threads of ours: libcurl must not use signals for time limits.
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_USE_SSL, Int(encryption.rawValue)),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_CONNECTTIMEOUT, settings.connectSeconds), (CURLOPT_TIMEOUT, settings.totalSeconds),
        ]
        return texts.allSatisfy { habeas_curl_set_text(handle, $0, $1) == CURLE_OK }
            && numbers.allSatisfy { habeas_curl_set_number(handle, $0, $1) == CURLE_OK }
    }

    private static func load(
        _ handle: UnsafeMutableRawPointer, _ message: MailMessage, _ recipients: UnsafeMutablePointer<curl_slist>,
        _ course: SMTPCourse
    ) -> Bool {
        let context = Unmanaged.passUnretained(course).toOpaque()
        let settings = [
            habeas_curl_set_text(handle, CURLOPT_MAIL_FROM, "<\(message.from.address.text)>"),
            habeas_curl_set_recipients(handle, recipients),
            habeas_curl_set_number(handle, CURLOPT_UPLOAD, 1),
            habeas_curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(course.bytes.count)),
            habeas_curl_set_reader(handle, SMTPCourse.read, context),
            habeas_curl_set_progress(handle, SMTPCourse.progress, context),
            habeas_curl_set_watcher(handle, SMTPCourse.watch, context),
        ]
        return settings.allSatisfy { $0 == CURLE_OK }
    }
}

/// What libcurl's callbacks share: the mail's bytes, and how far the conversation has come. One thread uses it.
private final class SMTPCourse {
    let bytes: [UInt8]
    private var offset = 0
    private(set) var stage = SMTPStage.connecting
    private let cancellation: Cancellation

    init(_ bytes: [UInt8], until cancellation: Cancellation) {
        self.bytes = bytes
        self.cancellation = cancellation
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> SMTPCourse? {
        context.map { Unmanaged<SMTPCourse>.fromOpaque($0).takeUnretainedValue() }
    }

    static let read: curl_read_callback = { target, size, count, context in
        guard let course = of(context), let target else { return Int(CURL_READFUNC_ABORT) }
        let length = min(size * count, course.bytes.count - course.offset)
        course.bytes.withUnsafeBytes { bytes in
            target.withMemoryRebound(to: UInt8.self, capacity: length) { target in
                for place in 0..<length { target[place] = bytes[course.offset + place] }
            }
        }
        course.offset += length
        return length
    }

    static let progress: curl_xferinfo_callback = { context, _, _, _, _ in
        of(context)?.cancellation.isCancelled == true ? 1 : 0
    }

    /// Notes only which command was said last: what is said, and answered, may hold an address or a password.
    static let watch: curl_debug_callback = { _, kind, words, length, context in
        if kind == CURLINFO_HEADER_OUT, let words, let course = of(context) {
            let command = UnsafeRawBufferPointer(start: words, count: min(length, 10))
            if let stage = SMTPStage(command: String(decoding: command, as: UTF8.self)) { course.stage = stage }
        }
        return 0
    }
}

extension SMTPStage {
    /// The stage a command begins, from its first ten characters.
    fileprivate init?(command: String) {
        if command.hasPrefix("EHLO ") || command.hasPrefix("HELO ") || command.hasPrefix("STARTTLS") {
            self = .securing
        } else if command.hasPrefix("AUTH ") {
            self = .signingIn
        } else if command.hasPrefix("MAIL FROM:") {
            self = .sender
        } else if command.hasPrefix("RCPT TO:") {
            self = .recipient
        } else if command.hasPrefix("DATA\r\n") {
            self = .content
        } else {
            return nil
        }
    }
}
