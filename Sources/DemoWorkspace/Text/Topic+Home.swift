extension Topic {
    static let garden = Topic(
        title: "The allotment behind the station",
        user: [
            "The beans have climbed past the second wire and I would like to pick them before the weekend.",
            "Can you remind me which bed had the garlic last year? I do not want to plant it there again.",
            "It rained all night, so the watering plan for today can go.",
            "I measured the shed: 2.40 m by 1.80 m, and the door opens to the left.",
            "Please keep the note about the neighbour's pear tree — she said we may take what falls.",
        ],
        assistant: [
            "The garlic stood in the bed along the fence, so the one by the path is free for it this time.",
            "I have moved the watering to Thursday; the forecast gives 3 mm for tonight and 18 °C tomorrow.",
            "From your notes: sow the spinach after 10 August, two rows, 25 cm apart.",
            "You wrote in May that the compost was too wet, and that straw helped.",
            "I added “oil the shed hinges” to Saturday, next to the visit to the garden centre.",
            "There are three jars of plum jam left over from the list you made in September.",
        ],
        outside: [
            "The key to the water meter hangs in our kitchen; just ring, somebody is always in.",
            "We have more courgettes than we can eat. Shall I leave a bag at your gate?",
            "The association meets on the 14th at seven, and your bed is on the agenda (nothing bad!).",
            "Thank you for the dahlias — they have settled in well beside the fence.",
        ])

    static let move = Topic(
        title: "Moving to the second floor",
        user: [
            "The new lease starts on the first, so we have both flats for two weeks.",
            "Which boxes did I mark as fragile? I only remember the blue one.",
            "The piano needs four people and a calm day.",
            "I have paid the deposit: €1,840.00, reference 2026-0417.",
            "Let us take photographs of every room before we hand over the keys.",
        ],
        assistant: [
            "Boxes 4, 9 and 17 are marked as fragile; 9 holds the lamp from your grandmother.",
            "I put the meter readings into one list: electricity 48,211, water 307, heating still to come.",
            "The piano movers confirmed Tuesday between nine and eleven.",
            "Your checklist has six open points, and the new name plate is the only one with a date.",
            "I drafted the letter to the bank with the new address; it waits for your signature.",
            "The lift is out of order until Friday, so the heavy shelves would be better at the weekend.",
        ],
        outside: [
            "I can lend you my van on Sunday, but it has to be back by six.",
            "The caretaker left the cellar key with me; third door on the right, mind the step.",
            "Good news: the previous tenant leaves the curtain rails.",
            "Please send me the signed inventory when you find a minute. No hurry.",
        ])

    static let kitchen = Topic(
        title: "A new worktop",
        user: [
            "The carpenter asks whether we want oak or ash, and I keep changing my mind.",
            "The wall behind the stove is not straight: 11 mm over two metres.",
            "Can you compare the three offers without the extras?",
            "Let us keep the old tiles, they are from 1962 and I am fond of them.",
            "We need the sink on the left, whatever the plan says.",
        ],
        assistant: [
            "Without extras the offers are 2,310, 2,580 and 2,495; the second includes taking the old one away.",
            "Ash is lighter in colour and a little harder; both need oil twice a year.",
            "I noted the 11 mm and asked for a scribed edge in the draft to the carpenter.",
            "The delivery is planned for the 23rd; the plumber is booked for the morning after.",
            "You saved a picture of a worktop you liked in Jyväskylä last summer.",
            "The warranty papers are in the folder “Kitchen”, page three has the serial number.",
        ],
        outside: [
            "I will come by on Wednesday to measure again, it takes ten minutes.",
            "The oak from the first batch had knots, so I ordered other boards at no extra cost.",
            "Could you clear the lower cupboards before we start? The drawers may stay.",
            "We are running a day late, sorry — a colleague is ill.",
        ])

    static let bicycle = Topic(
        title: "The green bicycle",
        user: [
            "The rear light flickers when I go over the cobbles by the town hall.",
            "How many kilometres has this chain done by now?",
            "I would like to ride to Ærøskøbing in June, three days, not more than 70 km each.",
            "The saddle is fine now; thank you for insisting on the two millimetres.",
            "Please note: tyre pressure 4.5 bar in front, 5 behind.",
        ],
        assistant: [
            "The chain has done about 2,900 km; your last two were changed at 3,000.",
            "Flickering on cobbles is most often the connector under the mudguard — you cleaned it in March.",
            "A route in three days exists: 62, 68 and 54 km, with a ferry at noon on the second.",
            "I put the frame number and the receipt together, in case the insurer asks.",
            "The workshop has a free slot on Thursday at half past four.",
            "Your lights are legal for the trip; the bell, as you wrote, is “more of a suggestion”.",
        ],
        outside: [
            "Bring it round any afternoon, I have the right bearing in the drawer.",
            "The frame is sound. I would change the brake pads before winter, though.",
            "We could ride the coast together as far as the lighthouse!",
            "Found your glove on the landing — it is on the letter boxes.",
        ])
}
