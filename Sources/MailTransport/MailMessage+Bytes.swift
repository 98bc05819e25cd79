import RightsCore

extension MailMessage {
    /// Never found in quoted-printable text, where a `=` begins a line end or two hexadecimal digits.
    private static let boundary = "=_alternative"

    /// The mail as RFC 5322 and MIME (RFC 2045-2047) write it: ASCII only, CRLF, lines of at most 76 characters where
    /// that is in our hands.
    package var bytes: [UInt8] {
        var lines = headerLines
        lines += ["", "--\(Self.boundary)"] + Self.part("text/plain", text)
        lines += ["--\(Self.boundary)"] + Self.part("text/html", html)
        lines += ["--\(Self.boundary)--", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    private var headerLines: [String] {
        var lines = [
            "Date: \(date.mailDate)",
            "From: \(from.name.phrase(after: "From: ".count)) <\(from.address.text)>",
        ]
        if let replyTo { lines.append("Reply-To: \(replyTo.text)") }
        lines += [
            "To: \(to.text)",
            "Message-ID: <\(messageID.text)>",
            "Subject: \(subject.unstructured(after: "Subject: ".count))",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"\(Self.boundary)\"",
            "Content-Language: \(language)",
        ]
        return lines + headers.map { "\($0.name): \($0.value)" }
    }

    private static func part(_ type: String, _ body: String) -> [String] {
        [
            "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
            QuotedPrintable.encode(body),
        ]
    }
}

extension Instant {
    /// RFC 5322 §3.3, in UTC: `Fri, 21 Nov 2025 17:01:02 +0000`.
    var mailDate: String {
        // 1970-01-01 was a Thursday.
        let days = seconds.flooringDivision(by: 86_400)
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(days - days.flooringDivision(by: 7) * 7)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let date = utcDate
        let time = utcTime
        return "\(weekday), \(date.day) \(months[date.month - 1]) \(date.year.padded(4)) "
            + "\(time.hour.padded(2)):\(time.minute.padded(2)):\(time.second.padded(2)) +0000"
    }
}
