extension Topic {
    static let bakery = Topic(
        title: "Bread for the street festival",
        user: [
            "We need 120 rolls by nine on Saturday, half of them with seeds.",
            "The rye starter looks lively again after two feedings.",
            "Can you scale the cardamom buns to five trays?",
            "Somebody asked for gluten-free; let us say honestly that we cannot promise it.",
            "How much flour did we use last year?",
        ],
        assistant: [
            "For five trays: 2.4 kg flour, 1.1 l milk, 60 g cardamom, and the butter at room temperature.",
            "Last year's festival took 38 kg of flour, and you noted that 4 kg came back.",
            "I suggest mixing the dough at four and shaping at six; the oven is free until eight.",
            "The sign for the stall is drafted: prices, allergens, and “ask us, we like to talk”.",
            "The mill delivers on Wednesday between two and five.",
            "Your note on the rye says 28 °C and patience.",
        ],
        outside: [
            "We can take two trays at the café if you have any left on Sunday.",
            "The stall is number 14, between the cheese people and the puppet theatre.",
            "My daughter would love to help from seven on — she is good with customers.",
            "Please remember the float: forty coins of each, and some notes.",
        ])

    static let choir = Topic(
        title: "The choir's winter concert",
        user: [
            "We have thirty singers and twenty-six chairs.",
            "The altos would like the second piece a tone lower.",
            "Did the parish confirm the heating for the 12th?",
            "I still have to copy the scores for the two new basses.",
            "Could you put the programme into three languages?",
        ],
        assistant: [
            "The parish confirmed the hall from five, heating from three.",
            "The programme is ready in English, French and Polish; the Polish title was checked by Łukasz.",
            "Borrowing six chairs from the library is possible if somebody fetches them on the 11th.",
            "The lower version of the second piece is in your documents, transposed in 2024.",
            "Ticket list: 84 sold, 12 reserved, 4 for the press.",
            "I left ten minutes for the applause, as last year taught us.",
        ],
        outside: [
            "I may be late for the rehearsal, the train from Göteborg is what it is.",
            "The piano was tuned this morning; the tuner sends his regards.",
            "Would the children's choir be welcome to sing the first verse?",
            "Thank you for the lovely evening. My father hummed all the way home.",
        ])

    static let books = Topic(
        title: "The reading circle",
        user: [
            "We voted: next is the novel about the lighthouse keeper, then the essays.",
            "What did I underline in chapter four?",
            "Five of us can come; Noor joins by telephone.",
            "I would rather not read anything over 500 pages this winter.",
            "Please collect the questions that were left open last time.",
        ],
        assistant: [
            "You underlined the passage on the fog signal and wrote “like grandfather” in the margin.",
            "Open from last time: who wrote the letters, and why the harbour has two names.",
            "The library holds three copies; one is in large print.",
            "The meeting is on the 19th at Farah's, and it is your turn to bring tea.",
            "The essays are 212 pages, which leaves a good margin under your limit.",
            "I found the review you mentioned; it gives away the ending, so I only saved the link.",
        ],
        outside: [
            "I did not like it at first and then could not stop — let us talk about the middle part.",
            "Shall we meet at mine? The cat has promised to behave.",
            "Here is the list of titles people suggested: 日本語で短編, two crime novels, one history.",
            "I can lend my copy to anyone who does not mind the coffee stain.",
        ])

    static let journey = Topic(
        title: "By train to Tromsø and back",
        user: [
            "I would like window seats, facing forward if possible.",
            "What was the name of the small hotel by the harbour?",
            "We change at Östersund with 22 minutes, is that enough?",
            "Please add the thermos to the packing list, and the good socks.",
            "The refund for the cancelled night train is 146.50.",
        ],
        assistant: [
            "The small hotel is the one with the yellow door; you kept its card in the folder for 2023.",
            "22 minutes is enough if the first train is on time; the next connection leaves two hours later.",
            "I filed the refund: claim 88-1402, answer expected within a month.",
            "Packing list: 31 things, 9 of them warm.",
            "Sunrise on the 21st is at 09:14, so the early walk would be in the dark.",
            "The seats are 45 and 46 in coach 7, both facing forward.",
        ],
        outside: [
            "We will pick you up at the station, look for the red car with one blue door.",
            "Your booking is changed to two nights; breakfast is from half past seven.",
            "It is snowing sideways here, bring goggles :-)",
            "The museum closes on Mondays, but I have the key.",
        ])
}
