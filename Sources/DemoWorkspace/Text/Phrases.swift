/// Short phrases for the columns that are not prose.
enum Phrases {
    static let tags = ["family", "work", "choir", "allotment", "neighbours", "travel", "paper", "later", "münster"]
    static let companies = [
        "Harbour Press", "Lindqvist & Daughters", "Café Zeitlos", "Northgate Library", "Ødegård Joinery",
        "Rue des Lilas 9", "Tamarind Travel", "Workshop Seventeen", "The Quiet Archive", "Três Irmãos",
    ]
    static let jobTitles = [
        "archivist", "baker", "carpenter", "choir leader", "district nurse", "editor", "ferry pilot", "gardener",
        "printer", "teacher of mathematics", "translator", "violin maker",
    ]
    static let streets = ["Harbour Lane", "Station Road", "Rua Nova", "Lärchenweg", "Via dei Mille", "Kirkegata"]
    static let towns = ["Aarhus", "Bremen", "Coimbra", "Derry", "Étretat", "Graz", "Kraków", "Turku", "Zadar"]
    static let userAgents = [
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Version/18.3 Safari/605.1.15",
        "WorkspaceForAndroid/4.12 (Pixel; 14)", "WorkspaceForDesktop/4.9.1", "curl/8.9.1",
    ]
    static let timeZones = ["Europe/Berlin", "Europe/Lisbon", "Africa/Nairobi", "Asia/Tokyo", "America/Sao_Paulo"]
    static let locales = ["en", "en-GB", "de", "fr-CA", "pl", "pt-BR", "ja", "sw"]
    static let activities = [
        "search", "open_document", "open_conversation", "complete_task", "ask_assistant", "read_briefing", "sign_in",
    ]
    static let screens = ["today", "people", "documents", "conversations", "settings"]
    static let models = ["plover-2", "plover-2-small", "heron-7b", "heron-70b"]
    static let scopes = ["{read}", "{read,write}", "{tasks:read}", "{documents:read,documents:write}"]
    static let chores = [
        "Call back about", "Write up", "Ask Farah about", "Pay the bill for", "Find the receipt for", "Plan",
        "Send photographs of", "Decide on", "Say thank you for",
    ]
}
