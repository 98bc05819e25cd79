/// Which tables refer to one another in a circle: Tarjan's strongly connected components.
struct ReferenceCircles {
    /// A number for each table; those of one circle have the same.
    private(set) var numbers: [TableName: Int] = [:]
    private var order: [TableName: Int] = [:]
    private var lowest: [TableName: Int] = [:]
    private var open: [TableName] = []

    /// A table that is being looked at, and which of its references is next.
    private struct Visit {
        let table: TableName
        var next = 0
    }

    init(_ names: [TableName], links: [TableName: [RatedLink]]) {
        let targets = links.mapValues { $0.map(\.to) }
        for name in names where order[name] == nil { visit(name, targets) }
    }

    /// Goes down from one table, without recursion: chains may be as long as there are tables.
    private mutating func visit(_ first: TableName, _ targets: [TableName: [TableName]]) {
        var visits = [begin(first)]
        while var visit = visits.popLast() {
            let next = targets[visit.table] ?? []
            guard visit.next < next.count else {
                finish(visit.table)
                if let above = visits.last { lower(above.table, to: lowest[visit.table]) }
                continue
            }
            let target = next[visit.next]
            visit.next += 1
            visits.append(visit)
            if order[target] == nil {
                visits.append(begin(target))
            } else if numbers[target] == nil {
                lower(visit.table, to: order[target])
            }
        }
    }

    private mutating func begin(_ table: TableName) -> Visit {
        lowest[table] = order.count
        order[table] = order.count
        open.append(table)
        return Visit(table: table)
    }

    private mutating func lower(_ table: TableName, to number: Int?) {
        if let number, let now = lowest[table] { lowest[table] = min(now, number) }
    }

    /// The first table of a circle closes it.
    private mutating func finish(_ table: TableName) {
        guard let number = order[table], lowest[table] == number else { return }
        while let last = open.popLast() {
            numbers[last] = number
            if last == table { return }
        }
    }
}
