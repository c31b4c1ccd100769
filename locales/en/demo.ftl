demo-title =
    Two contact points at work: “de” and “cn”, two processes, two databases, two sets of keys, in { $dir }.
    Everything exchanged is exercise material; only the public record of the reference case is real, with its sources.
demo-step = ── { $number }. { $title } ──
demo-step-keys = Keys, fingerprints, communication check
demo-step-record = The public record of the reference case
demo-step-incident = A request on an incident is answered
demo-step-misuse = A misuse is stopped, the same on both sides
demo-step-silence = A refusal, a silence, and nobody releases alone
demo-step-statistics = Both sides count the same
demo-step-inquiry = Inquiry 19/9523 is answered from the records
demo-step-verify = Every figure can be recomputed
demo-keys = { $side }: keys made, fingerprint { $fingerprint }
demo-accepted = { $side }: keys of { $peer } accepted after comparing the fingerprint
demo-ping = { $side } → { $peer }: communication check answered and receipted (TLS 1.3, X25519MLKEM768, mutual)
demo-record = de: { $count } records from { $files } files written down, each with its source or marked as not known
demo-request-arrived = { $side }: arrived “{ $subject }” – { $state }
demo-screened = de: screening: { $selectors } selectors read, { $findings } of them a reason to stop it
demo-three-officers = de: review clears under conditions, a handler drafts, a third person releases the answer
demo-answered = cn: answer received with conditions, to be deleted by { $retain }
demo-receipts = { $side }: { $count } messages sent; for each, both receipts of { $peer } are on file: consigned before it could be read (D.1), handed over (E.1)
demo-finding = de: held because: { $check } – found “{ $evidence }”, which is { $canonical }
demo-neutral = { $side }: sees nothing of it; its own state is “{ $state }” as for every request
demo-own-held = { $side }: a draft of its own with a hidden address is stopped by its own gate in the same way
demo-told = de: the handler reads: { $words }
demo-alone = de: one person tries to release a draft of their own and reads: { $words }
demo-refused = de: “{ $subject }” was refused by cn; ground, as far as told: { $reason }
demo-silent = de: “{ $subject }” is delivered; due by { $deadline }
demo-clock = { $side }: the exercise clock is moved by nine days, openly (it is in the journal)
demo-unanswered = de: deadline and grace time have passed: unanswered. Silence never becomes information.
demo-reconciled = { $side }: { $words }
demo-table = { $words }
demo-agree = The figures of both sides are equal, each recomputed from both logs.
demo-paper = de: read: { $words }
demo-written = de: { $words }
demo-released = de: a second person has released the answer; answer.html, answer.pdf and answer.json are ready
demo-verified = Without access to the nodes: { $words }
demo-forged =
    One digit changed:
    { $words }
demo-summary =

    Demo finished: { $requests } requests exchanged, { $held } held, { $answered } of { $questions } questions answered from records, { $figures } figures recomputed.
demo-consoles =

    Both consoles keep running: de { $de } and cn { $cn }
    Password of everyone in the exercise: { $password }
demo-officers = { $side }: { $officers }
demo-end = End with Ctrl-C.
demo-witnessed = { $side }: all { $size } entries of the exchange log are vouched for by { $peer } and by a domestic witness, both its keys (quorum-witnessed, { $at })
