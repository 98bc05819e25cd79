extension Topic {
    static let hiring = Topic(
        title: "A colleague for the archive",
        user: [
            "We had nineteen applications, and five of them made me curious.",
            "Please do not rank people; a list of their questions is all I need.",
            "The second interview moves to Thursday at ten.",
            "Could you draft a kind letter to those we cannot invite?",
            "The salary band is public now: 3,900 to 4,600 a month.",
        ],
        assistant: [
            "Here are the questions of the five candidates, without names, as you prefer.",
            "The letter is drafted: short, honest, and signed by you rather than by “the team”.",
            "I moved the interview to Thursday at ten and told everybody but the candidate; that waits for you.",
            "Your notes of the first round are to be deleted on 30 November, as you set it.",
            "Two of the references answered; both are in the folder and neither is summarised.",
            "The room on the ground floor is free, and it has the quiet door.",
        ],
        outside: [
            "Thank you for the invitation, I look forward to seeing the reading room.",
            "I have attached my certificates; please tell me if the scan is too pale.",
            "Would it be possible to work four days in the first year?",
            "I am writing to withdraw my application, with thanks for your time.",
        ])

    static let workshop = Topic(
        title: "The printing workshop's accounts",
        user: [
            "The paper for the posters cost more than the posters earned.",
            "What is still unpaid from the spring?",
            "Let us close the quarter by Friday and not talk about it at the weekend.",
            "The press needs new rollers; the offer says 1,275 plus delivery.",
            "I would like a page with the five numbers that matter.",
        ],
        assistant: [
            "Unpaid from the spring: two invoices, 340.00 and 96.20, both friendly people.",
            "The five numbers: income 8,412.50, costs 7,903.10, open 436.20, stock 1,150, hours 212.",
            "The rollers would pay for themselves after about nine large orders.",
            "I set a reminder for the tax form on the 10th; last year you sent it with a day to spare.",
            "The posters lost 41.75 altogether, most of it on the heavy paper.",
            "The quarter's receipts are complete but for one from the stationer's, 12.90.",
        ],
        outside: [
            "The invoice went to our old address, could you send it once more?",
            "We paid on the 3rd; perhaps the reference was mistyped.",
            "The cards are beautiful! May we order another two hundred?",
            "Delivery on Tuesday is fine, the side door is open from eight.",
        ])
}
