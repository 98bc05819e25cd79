/// The certificate as one page for people: no scripts, nothing fetched.
package enum CertificatePage {
    /// HTML in UTF-8.
    package static func html(_ certificate: ErasureCertificate) -> [UInt8] {
        Array("<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Certificate of erasure</title>".utf8)
    }
}
