internal import Crypto
internal import HTTPTypes
internal import HummingbirdCore

/// A file that pages load. Its name holds a hash of its bytes, so browsers may keep it for good.
struct PageAsset: Sendable {
    let path: String
    let name: String
    private let type: String
    private let bytes: [UInt8]

    static let style = PageAsset(PackageResources.pages_css, "css", type: "text/css; charset=utf-8")
    static let script = PageAsset(PackageResources.pages_js, "js", type: "text/javascript; charset=utf-8")
    static let icon = PageAsset(PackageResources.icon_svg, "svg", type: "image/svg+xml")
    static let all = [style, script, icon]

    private init(_ bytes: [UInt8], _ ending: String, type: String) {
        self.bytes = bytes
        self.type = type
        let hash = SHA256.hash(data: bytes).prefix(12)
        name = "\(Base64URL.encode(Array(hash))).\(ending)"
        path = "/p/assets/\(name)"
    }

    var response: Response {
        .bytes(bytes, type: type, headers: [.cacheControl: "public, max-age=31536000, immutable"])
    }
}
