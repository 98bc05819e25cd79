/// The calendars in the program (schemas/calendars); a test holds the list to the folder.
enum BuiltInCalendars {
    /// What they say of themselves, by id; their holidays aren't read for it.
    static let headers: [CalendarHeader] = documents.keys.sorted().map { id in
        do throws(RuleError) {
            return try CalendarHeader(RuleFile(name: name(id), text: text(id) ?? ""))
        } catch {
            // Our own document: a test reads every one.
            preconditionFailure(error.description)
        }
    }

    /// The id of the calendar that claims a time zone.
    static func id(zone: String) -> String? { zones[zone] }

    /// A calendar's document.
    static func file(_ id: String) -> RuleFile? { text(id).map { RuleFile(name: name(id), text: $0) } }

    private static let zones: [String: String] = Dictionary(
        uniqueKeysWithValues: headers.flatMap { header in header.zones.map { ($0, header.id) } })

    /// The documents as they are, in the order of their ids; nothing is read for it.
    static var texts: [String] { documents.keys.sorted().compactMap(text) }

    private static func name(_ id: String) -> String { "calendars/\(id).yaml" }

    private static func text(_ id: String) -> String? { documents[id].map { String(decoding: $0(), as: UTF8.self) } }

    private static let documents: [String: @Sendable () -> [UInt8]] = [
        "AR": { PackageResources.AR_yaml },
        "AT": { PackageResources.AT_yaml },
        "AU": { PackageResources.AU_yaml },
        "BE": { PackageResources.BE_yaml },
        "BG": { PackageResources.BG_yaml },
        "BR": { PackageResources.BR_yaml },
        "CA": { PackageResources.CA_yaml },
        "CH": { PackageResources.CH_yaml },
        "CN": { PackageResources.CN_yaml },
        "CY": { PackageResources.CY_yaml },
        "CZ": { PackageResources.CZ_yaml },
        "DE": { PackageResources.DE_yaml },
        "DK": { PackageResources.DK_yaml },
        "EE": { PackageResources.EE_yaml },
        "ES": { PackageResources.ES_yaml },
        "EU": { PackageResources.EU_yaml },
        "FI": { PackageResources.FI_yaml },
        "FR": { PackageResources.FR_yaml },
        "GB-ENG": { PackageResources.GB_ENG_yaml },
        "GB-NIR": { PackageResources.GB_NIR_yaml },
        "GB-SCT": { PackageResources.GB_SCT_yaml },
        "GR": { PackageResources.GR_yaml },
        "HR": { PackageResources.HR_yaml },
        "HU": { PackageResources.HU_yaml },
        "IE": { PackageResources.IE_yaml },
        "IS": { PackageResources.IS_yaml },
        "IT": { PackageResources.IT_yaml },
        "LI": { PackageResources.LI_yaml },
        "LT": { PackageResources.LT_yaml },
        "LU": { PackageResources.LU_yaml },
        "LV": { PackageResources.LV_yaml },
        "MT": { PackageResources.MT_yaml },
        "MX": { PackageResources.MX_yaml },
        "NL": { PackageResources.NL_yaml },
        "NO": { PackageResources.NO_yaml },
        "NZ": { PackageResources.NZ_yaml },
        "NZ-PA2020": { PackageResources.NZ_PA2020_yaml },
        "PL": { PackageResources.PL_yaml },
        "PT": { PackageResources.PT_yaml },
        "RO": { PackageResources.RO_yaml },
        "SE": { PackageResources.SE_yaml },
        "SI": { PackageResources.SI_yaml },
        "SK": { PackageResources.SK_yaml },
        "US": { PackageResources.US_yaml },
        "US-CA": { PackageResources.US_CA_yaml },
    ]
}
