package import DataMap

extension HuntPlace {
    /// Where something of a person stays on purpose after an erasure: what statutes keep, what the map keeps, what others
    /// wrote about somebody, and what a hold keeps.
    package static func kept(by map: DataMap, after receipt: ErasureReceipt) -> Set<HuntPlace> {
        let companion = Identifier("habeas_local")
        var places: Set<HuntPlace> = [
            HuntPlace(table: TableName(schema: companion, name: Identifier("retained_billing")))
        ]
        for collection in map.collections {
            if case .keep = collection.erasure { places.insert(HuntPlace(table: collection.table)) }
            for field in collection.fields where field.isThirdParty {
                places.insert(HuntPlace(table: collection.table, column: field.column))
            }
        }
        let held = Set(receipt.done.collections.filter { $0.held > 0 || $0.hollow > 0 }.map(\.name))
        guard !held.isEmpty else { return places }
        for collection in map.collections where held.contains(collection.name) {
            places.insert(HuntPlace(table: collection.table))
        }
        places.insert(HuntPlace(table: TableName(schema: companion, name: Identifier("restriction"))))
        return places
    }
}
