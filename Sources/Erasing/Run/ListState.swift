/// How far a list is: rows and files gone, of how many, up to which number.
struct ListState: Codable, Equatable {
    var collection: String
    var listed: Int
    /// Up to which number circles are opened, and up to which rows are gone.
    var opened = 0
    var upTo = 0
    var gone = 0
    var files = 0

    init(collection: String, listed: Int) { (self.collection, self.listed) = (collection, listed) }
}
