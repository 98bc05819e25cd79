extension Oddity {
    /// Names that break archives, file systems and terminals.
    static let fileNames =
        [
            "CON.txt", "a/../../b", "invoice.pdf", "invoice.pdf", "Invoice.PDF", "trailing dot.", "trailing space ",
            "trailing both. ", String(repeating: "n", count: 296) + ".txt", String(repeating: "é", count: 200),
            ".", "..", "...", "bell\u{07}.txt", "new\nline.txt", "tab\tname.txt", "\u{01}\u{1F}\u{7F}",
            "🧾 receipt 👩🏽‍💻.pdf", "", " ",
            "/etc/passwd", "C:\\Windows\\system32\\cmd.exe", "back\\slash.txt", "nul", "aux.tar.gz", "LPT1.csv",
            "COM\u{B9}.txt", ".hidden", "~", "~/.bashrc", "-rf", "--help", "$(reboot).txt", "`id`.txt",
        ] + [
            "%2e%2e%2fescape.txt", "a:b|c*d?e<f>g\".txt", "exe\u{202E}txt.pdf", "Zo\u{EB}.txt", "Zoe\u{308}.txt",
            "line\u{2028}separator.txt", "desktop.ini", "__MACOSX/._x", "a//b", "./same.txt", "same.txt", "SAME.TXT",
            "name.pdf/", "\u{FEFF}marked.txt", "=cmd.csv", "no extension", "two.ext.txt", "'quoted'.txt", "half\\",
            "manifest.json", "index.html",
        ]
}
