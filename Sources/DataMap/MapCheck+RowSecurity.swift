extension MapCheck {
    static func securityFindings(
        _ collection: Collection, _ table: CatalogueTable, _ map: DataMap, _ reader: String
    ) -> [MapFinding] {
        let severity: MapFinding.Severity = map.rowSecurity == .required ? .error : .warning
        guard table.hasRowSecurity else {
            return [
                MapFinding(
                    severity: severity, code: .rowSecurityMissing, object: "\(table.name)",
                    message: "row security is not enabled",
                    mend: "ALTER TABLE \(table.name.quoted) ENABLE ROW LEVEL SECURITY, with a policy for \(reader)")
            ]
        }
        var findings: [MapFinding] = []
        if !table.forcesRowSecurity {
            findings.append(
                MapFinding(
                    severity: severity, code: .rowSecurityNotForced, object: "\(table.name)",
                    message: "row security doesn't bind the table's owner",
                    mend: "ALTER TABLE \(table.name.quoted) FORCE ROW LEVEL SECURITY"))
        }
        let applies = table.policies.contains { $0.isPermissive && ($0.roles.isEmpty || $0.roles.contains(reader)) }
        if !applies {
            findings.append(
                MapFinding(
                    severity: .error, code: .noPolicy, object: "\(table.name)",
                    message: "row security is on and no policy lets \(reader) read: every row would be missing",
                    mend: "CREATE POLICY … ON \(table.name.quoted) FOR SELECT TO \(reader) USING (…)"))
        }
        return findings
    }
}
