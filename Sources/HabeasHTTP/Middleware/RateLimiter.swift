internal import Synchronization

/// Token buckets per client and class, in bounded memory: the client not seen for longest is forgotten first.
package final class RateLimiter: Sendable {
    fileprivate struct Key: Hashable {
        let rate: RateClass
        let client: IPAddress
    }

    /// A bucket in a list from the most to the least recently used. Times are nanoseconds of a monotonic clock.
    fileprivate struct Bucket {
        var key: Key
        /// When the bucket will be full again: all state a token bucket needs.
        var fullAt: Int64
        var newer: Int
        var older: Int
    }

    fileprivate struct State {
        var places: [Key: Int] = [:]
        var buckets: [Bucket] = []
        var newest = -1
        var oldest = -1
    }

    private let limits: [RateClass: RateLimit]
    private let capacity: Int
    private let state = Mutex(State())

    /// Classes without a limit aren't limited.
    package init(limits: [RateClass: RateLimit], capacity: Int) {
        precondition(capacity > 0, "the rate limiter remembers somebody")
        self.limits = limits
        self.capacity = capacity
    }

    /// How many buckets are remembered.
    package var count: Int { state.withLock { $0.buckets.count } }

    /// Takes a token; nil when there was one, otherwise the time until there is.
    package func take(_ rate: RateClass, client: IPAddress, at now: Duration) -> Duration? {
        guard let limit = limits[rate] else { return nil }
        let key = Key(rate: rate, client: client.client)
        let wait = state.withLock { $0.take(key, limit: limit, now: now.nanoseconds, capacity: capacity) }
        return wait.map { .nanoseconds($0) }
    }
}

extension RateLimiter.State {
    fileprivate mutating func take(_ key: RateLimiter.Key, limit: RateLimit, now: Int64, capacity: Int) -> Int64? {
        let place = touch(key, now: now, capacity: capacity)
        let interval = limit.interval.nanoseconds
        let fullAt = max(buckets[place].fullAt, now) + interval
        let excess = fullAt - now - Int64(limit.burst) * interval
        guard excess <= 0 else { return excess }
        buckets[place].fullAt = fullAt
        return nil
    }

    /// The key's place, now the newest; a full table gives up its oldest.
    private mutating func touch(_ key: RateLimiter.Key, now: Int64, capacity: Int) -> Int {
        if let place = places[key] {
            unlink(place)
            linkAsNewest(place)
            return place
        }
        let place: Int
        let bucket = RateLimiter.Bucket(key: key, fullAt: now, newer: -1, older: -1)
        if buckets.count < capacity {
            place = buckets.count
            buckets.append(bucket)
        } else {
            place = oldest
            unlink(place)
            places[buckets[place].key] = nil
            buckets[place] = bucket
        }
        places[key] = place
        linkAsNewest(place)
        return place
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (buckets[place].newer, buckets[place].older)
        if newer >= 0 { buckets[newer].older = older } else { newest = older }
        if older >= 0 { buckets[older].newer = newer } else { oldest = newer }
    }

    private mutating func linkAsNewest(_ place: Int) {
        buckets[place].newer = -1
        buckets[place].older = newest
        if newest >= 0 { buckets[newest].newer = place } else { oldest = place }
        newest = place
    }
}

extension Duration {
    /// Whole nanoseconds; two centuries fit.
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
    /// Seconds with their fraction.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
