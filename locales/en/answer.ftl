# Words of answers to parliamentary inquiries. Codes follow crate records; see crate oversight.

## How the words of findings are marked

answer-not-recorded = Nothing is recorded on this in the journal. It does not follow that there was no such matter.
answer-said-claimed = { $sentence } (not established; basis: { $sources }).
answer-said-corrected = { $sentence } (corrected statement; basis: { $sources }).
answer-said-unknown = { $sentence }. Searched: { $sources }.
answer-standing-certain = established ({ $sources })
answer-standing-claimed = not established ({ $sources })
answer-standing-corrected = corrected ({ $sources })
answer-standing-unknown = not known (searched: { $sources })
answer-own-record = own record
answer-search = On “{ $sought }”: { $statement }.
answer-search-as-of = On “{ $sought }”, as of { $date }: { $statement }.
answer-searched = Searched were: { $places }.
answer-nil = { $what }: nil, declared by { $by }.
answer-nothing-recorded = not recorded
answer-list-and = { $front } and { $last }
answer-all = all
answer-everybody = everybody
answer-about = about { $number }
answer-exactly = { $number }
answer-decimal = { $whole }.{ $hundredths }
answer-version = version { $version }, valid from { $date }
answer-premise = For “{ $subject }” the inquiry gives { $wrong } ({ $wrong_source }). Correct is { $right } ({ $right_source }).
answer-withheld-records = { $count } records that are not marked for the public are not taken into account.

## Dates

answer-day = { $day } { $month } { $year }
answer-month-of = { $month } { $year }
answer-month-1 = January
answer-month-2 = February
answer-month-3 = March
answer-month-4 = April
answer-month-5 = May
answer-month-6 = June
answer-month-7 = July
answer-month-8 = August
answer-month-9 = September
answer-month-10 = October
answer-month-11 = November
answer-month-12 = December
answer-from-until = { $from } to { $until }

## Sides and states; where there is no name of its own, the short name stands

answer-side = side { $party }
answer-side-de = German side
answer-side-cn = Chinese side
answer-of-side = of side { $party }
answer-of-side-de = of the German side
answer-of-side-cn = of the Chinese side
answer-state = { $party }
answer-state-de = Federal Republic of Germany
answer-state-cn = People's Republic of China
answer-state-us = United States of America
answer-state-jp = Japan
answer-state-in = India
answer-state-eu = European Union

## Rounds

answer-round-held = Round { $number } was held on { $when } in { $place }.
answer-round-held-somewhere = Round { $number } was held on { $when }.
answer-round-yes = Round { $number } was held.
answer-round-no = Round { $number } was not held.
answer-round-unknown = Whether round { $number } was held is not known.
answer-participants-caption = Participants of round { $number }, by side
answer-name-withheld = not named
answer-name-not-known = not known
answer-agency = Taking part, { $side }: { $agency } ({ $nature }).
answer-subjects-caption = Subjects of round { $number }
answer-hr-raised = Raised in round { $number } with regard to human rights ({ $count }): { $themes }.
answer-hr-not-raised = Not raised in round { $number } with regard to human rights ({ $count }): { $themes }.
answer-hr-unknown = Not known for round { $number } ({ $count }): { $themes }.
answer-theme-raised = “{ $subject }”: raised.
answer-theme-not-raised = “{ $subject }”: not raised.
answer-theme-unknown = “{ $subject }”: whether it was raised is not known.
answer-aim-and-result = Aim: { $aim }; result: { $result }.
answer-documents = Recorded are: existing { $yes }, none came about { $no }, existence not known { $unknown }. See the table for details.
answer-documents-caption = Documents on round { $number }
answer-next-round-caption = Planning of round { $number }, by date of the statement

## Other formats and mechanisms

answer-formats = The following formats between the sides are recorded.
answer-formats-caption = Formats
answer-comparable-yes = Yes. Comparable mechanisms are recorded with: { $states }.
answer-comparable-claimed = The statements are not established; the source is named for each.
answer-comparable-no = No. It is recorded that there were none with: { $states }.
answer-comparable-unknown = Not known for: { $states }.
answer-comparable-rounds = The list holds only rounds with a source; others may have been held.
answer-comparable-caption = Comparable mechanisms, by state
answer-round-of = round { $number }: { $held }
answer-at-least = at least { $number }

## Contact points

answer-lifecycle-nothing = Nothing is recorded on the contact point { $side }.
answer-lifecycle-not-known = For the contact point { $side } no stage of setting up is shown.
answer-lifecycle-agreed-not-operational = The contact point { $side } is agreed. That it was established or started work is not shown.
answer-lifecycle-established-not-operational = The contact point { $side } is established. That it started work is not shown.
answer-lifecycle-operational = The contact point { $side } is established and has started work.
answer-lifecycle-suspended = The work of the contact point { $side } is suspended.
answer-lifecycle-ended = The contact point { $side } no longer exists.
answer-lifecycle-agreed-on = Date of the agreement: { $date }.
answer-lifecycle-caption = Establishment and start of work of the contact points
answer-of-contact-point = Contact point { $side }, as of { $date }: { $statement }.
answer-resources-caption = Staff and funds of the contact point { $side }
answer-level = Level: { $level }; superior: { $superior }.
answer-powers-caption = Powers of the contact point { $side }
answer-units-caption = Units involved in the contact point { $side }
answer-rules-none = No rules are recorded for real operation. It does not follow that there are none.
answer-activation-real = In real operation the following rules hold.
answer-activation-caption = Conditions for calling on the contact point
answer-activation-exercise = In exercises the following rules hold. They say nothing about real operation.
answer-activation-caption-exercise = Conditions for calling on the contact point in exercises
answer-safeguard-real = In real operation the following rules hold.
answer-safeguard-caption = Rules against misuse
answer-safeguard-exercise = In exercises the following rules hold. They say nothing about real operation.
answer-safeguard-caption-exercise = Rules against misuse in exercises
answer-screenings-not-opened = How often requests were screened, held or rejected stands in the journal but is not opened in public. That screening took place is to that extent a statement without proof here.

## Exchange

answer-no-log = There is no log of exchange with the counterpart, contact point { $side }.
answer-requests-zero-until = None. Up to and including { $date } no request is recorded in real operation; exercises are not counted.
answer-requests-zero-whole = None. In real operation no request is recorded since the log began; exercises are not counted.
answer-requests-some-until = Up to and including { $date }, { $count } requests are recorded in real operation; exercises are not counted.
answer-requests-some-whole = Since the log began, { $count } requests are recorded in real operation; exercises are not counted.
answer-gap-zero-until = No. Up to and including { $date } every request for information in real operation was given information; exercises are not counted.
answer-gap-zero-whole = No. Since the log began every request for information in real operation was given information; exercises are not counted.
answer-gap-some-until = Yes. Up to and including { $date }, { $count } requests for information in real operation were given no information; exercises are not counted.
answer-gap-some-whole = Yes. Since the log began, { $count } requests for information in real operation were given no information; exercises are not counted.
answer-gap-empty-until = No. Up to and including { $date } no request for information is recorded in real operation; so there is neither a gap nor reasons. Exercises are not counted.
answer-gap-empty-whole = No. Since the log began no request for information is recorded in real operation; so there is neither a gap nor reasons. Exercises are not counted.
answer-log-since = Counted was the log { $log }. Its first entry is of { $date }; all { $size } entries are open, so a zero is proved as well.
answer-log-empty = Counted was the log { $log }. It has no entry; since when it has been kept cannot be seen from it.
answer-log-later = The log begins after the cut-off of { $date }. It says nothing about contacts before it began.
answer-log-self-signed = Nobody but the authority that keeps log { $log } has vouched for it. Grade of evidence: self-signed.
answer-log-witnessed = Others too have vouched for the first { $size } entries of log { $log }, and so for everything counted here: { $witnesses }. Grade of evidence: { $grade }.
answer-one-log = An extract of the log { $side } is not at hand. The proof rests on the own log alone.
answer-both-logs-agree = The counterpart's log ({ $log }, { $size } entries) gives the same figures; differences: { $count }.
answer-both-logs-differ = The counterpart's log ({ $log }, { $size } entries) differs; differences: { $count }, see table.
answer-discrepancies-caption = Differences between the logs of both sides (exercises included)
answer-requests-caption-until = Requests in real operation up to and including { $date }, by topic and side
answer-requests-caption-whole = Requests in real operation since the log began, by topic and side
answer-requests-caption-exercise = Requests in exercises since the log began, by topic and side
answer-gap-caption-until = What became of them in real operation up to and including { $date }, by topic
answer-gap-caption-whole = What became of them in real operation since the log began, by topic
answer-gap-caption-exercise = What became of them in exercises since the log began, by topic
answer-reasons-caption-until = Reasons given where no information was given, in real operation up to and including { $date }
answer-reasons-caption-whole = Reasons given where no information was given, in real operation since the log began
answer-reasons-caption-exercise = Reasons given where no information was given, in exercises since the log began
answer-requests-of = Requests { $side }
answer-in-exercise = exercise
answer-what-requests = Requests { $side }
answer-what-answered = Requests { $side }, answered
answer-what-without-information = Requests { $side }, answered without information
answer-what-unanswered = Requests { $side }, unanswered
answer-what-open = Requests { $side }, open
answer-what-withdrawn = Requests { $side }, withdrawn
answer-what-pings = Communication checks { $side }
answer-what-reason-x1 = Requests { $side }, no information: Request incomplete
answer-what-reason-x2 = Requests { $side }, no information: outside the mandate of the contact point
answer-what-reason-x3 = Requests { $side }, no information: legal ground
answer-what-reason-x4 = Requests { $side }, no information: no information can be given (not specified)
answer-definition-requests = Messages that are requests for information, by the side that made them.
answer-definition-answered = Requests for information to which the other side has replied, whatever the outcome, and whose answer was handed over to the requesting side.
answer-definition-without-information = Requests for information whose latest answer gives neither full nor partial information.
answer-definition-unanswered = Requests for information with neither answer nor withdrawal whose deadline had passed when the answer was made.
answer-definition-open = Requests for information with neither answer nor withdrawal whose deadline had not passed when the answer was made.
answer-definition-withdrawn = Requests for information that the requesting side withdrew before an answer.
answer-definition-pings = Messages that are communication checks, by the side that sent them.
answer-definition-reason-x1 = Requests for information whose latest answer gives no information and names as reason: Request incomplete.
answer-definition-reason-x2 = Requests for information whose latest answer gives no information and names as reason: outside the mandate of the contact point.
answer-definition-reason-x3 = Requests for information whose latest answer gives no information and names as reason: legal ground.
answer-definition-reason-x4 = Requests for information whose latest answer gives no information and names as reason: no information can be given (not specified).
answer-period-until = Counted up to and including { $date } (UTC), by the time of the message.
answer-period-whole = Counted over the whole log.
answer-scope-real = Exercises are not included.
answer-scope-exercise = Exercises only; nothing real.

## Dossiers, plans, events

answer-dossier = { $subject }: { $stage } (as of { $date }). { $statement }.
answer-dossier-goal = Aim or subject: { $goal }.
answer-catalogue-yes = There is a catalogue of criteria.
answer-catalogue-no = There is no catalogue of criteria.
answer-catalogue-unknown = Whether there is a catalogue of criteria is not known.
answer-dossier-agencies-caption = Bodies at work on: { $subject }
answer-steps = The following steps are recorded.
answer-steps-caption = Steps by date
answer-plan = { $what }: { $state } (as of { $date }).
answer-plan-due = Due: { $date }.
answer-event = { $name }, { $date }.
answer-aspects-caption = Aspects: { $name }

## Demands that no finding answers

answer-reserved-assessment = The question wants a judgement. That is not made from records and is left to the person in charge.
answer-reserved-plan = The question wants a statement of intent. That is not made from records and is left to the person in charge.
answer-offered = The following is offered as material.
answer-offered-caption = Material
answer-refers = See the answer to { $key }.
answer-classified = The answer is classified ({ $level }) and given separately.
answer-demand = question { $key }
answer-demand-sentence = question { $key }, sentence { $sentence }
answer-unbound = No finding is assigned to the question yet.
answer-condition-affirmed = Does not apply, because { $key } is affirmed.
answer-condition-denied = Does not apply, because { $key } is denied.
answer-condition-known = Does not apply, because { $key } is answered.
answer-condition-fell = Falls with { $key }.
answer-condition-open = Whether the condition holds is not known (see { $key }); so the follow-up cannot be answered.

## Summary

answer-summary = { $answered } of { $total } questions are answered from records.
answer-summary-definition = Counted are questions whose main part is answered from journal or records, including proved nils and statements on what was searched for and is not known. Not counted are questions on which nothing is recorded or that are left to a person.
answer-summary-kinds = Single questions and parts: { $demands }. Of these: { $kinds }.
answer-summary-grades = Records that answers rest on, by the grade of evidence of their entries in the journal: { $grades }. “Self-signed” means that only the answering authority stands for the entry; with a higher grade it could no longer change it unnoticed.

## Kinds of answer

answer-kind-facts = Facts from records
answer-kind-table = Table
answer-kind-count = Figure from a complete log
answer-kind-none = Nil
answer-kind-not-known = Not known
answer-kind-not-recorded = Not recorded
answer-kind-refers = Reference
answer-kind-not-applicable = Not applicable
answer-kind-planned = Planned
answer-kind-undecided = Not decided
answer-kind-outside-responsibility = Outside responsibility
answer-kind-assessment = Left to a person
answer-kind-classified = Classified
answer-kind-refused = Refused
answer-kind-withheld = Withheld
answer-kind-unbound = Not yet assigned

## Codes: yes or no

answer-truth-yes = yes
answer-truth-no = no
answer-truth-unknown = not known

## Codes: topics

answer-topic-situation = Cyber security situation
answer-topic-cybercrime = Cybercrime
answer-topic-sabotage = Sabotage
answer-topic-terrorism-online = Terrorism online
answer-topic-other-criminal-acts-online = Other criminal acts online
answer-topic-critical-infrastructure = Critical infrastructure
answer-topic-legislation = Legislation
answer-topic-product-security = Product security
answer-topic-data-transfer = Data transfer
answer-topic-economic-espionage = Economic espionage
answer-topic-human-rights = Human rights
answer-topic-organisation = Organisation
answer-topic-unreadable = no readable topic
answer-topic-all = Sum
answer-topic-pings = Communication checks (no topic)

## Codes: reasons that the other side is told

answer-reason-x1 = Request incomplete
answer-reason-x2 = outside the mandate of the contact point
answer-reason-x3 = legal ground
answer-reason-x4 = no information can be given (not specified)

## Codes: agencies

answer-agency-security-authority = security authority
answer-agency-ministry = ministry
answer-agency-diplomatic-mission = diplomatic mission
answer-agency-cyber-authority = cyber security authority
answer-agency-regulator = regulator
answer-agency-judiciary = judiciary
answer-agency-military = military
answer-agency-other = other body

## Codes: roles in a meeting

answer-meeting-role-chair = chair
answer-meeting-role-delegate = delegate
answer-meeting-role-observer = observer

## Codes: phases

answer-phase-before = before the round
answer-phase-during = during the round
answer-phase-after = after the round

## Codes: documents

answer-document-joint-statement = joint statement
answer-document-memorandum-of-understanding = memorandum of understanding
answer-document-press-release = press release
answer-document-minutes = minutes
answer-document-internal-report = internal report
answer-document-status-note = status note
answer-document-inter-ministry-correspondence = correspondence between ministries
answer-document-intra-ministry-correspondence = correspondence within a ministry
answer-document-cable = cable
answer-document-embassy-report = embassy report
answer-document-non-paper = non-paper
answer-document-parliamentary-paper = parliamentary paper
answer-document-letter = letter
answer-document-press-report = press report
answer-document-other = other document

## Codes: plans

answer-plan-state-announced = announced, no date
answer-plan-state-in-coordination = being coordinated
answer-plan-state-scheduled = date reported
answer-plan-state-postponed = postponed
answer-plan-state-done = done
answer-plan-state-abandoned = abandoned
answer-plan-state-not-planned = not intended
answer-plan-state-not-known = not known

## Codes: validity of a statement

answer-validity-current = latest statement
answer-validity-superseded = superseded

## Codes: cadence

answer-cadence-half-yearly = half-yearly
answer-cadence-yearly = yearly
answer-cadence-occasional = occasional
answer-cadence-once = once
answer-cadence-not-known = not known

## Codes: stages of a contact point

answer-stage-agreed = agreed
answer-stage-established = established
answer-stage-started-work = started work
answer-stage-suspended = suspended
answer-stage-ended = ended

## Codes: levels

answer-level-state-secretary = state secretary
answer-level-parliamentary-state-secretary = parliamentary state secretary
answer-level-special-envoy = special envoy
answer-level-directorate-general = directorate-general
answer-level-directorate = directorate
answer-level-division = division
answer-level-subordinate-agency = subordinate agency
answer-level-diplomatic-mission = diplomatic mission

## Codes: urgency

answer-urgency-emergency = emergency
answer-urgency-urgent-at-hand = urgent, data at hand
answer-urgency-urgent-elsewhere = urgent, data elsewhere
answer-urgency-normal = normal
answer-urgency-planned = planned

## Codes: who may call on the contact point

answer-trigger-counterpart-contact-point = contact point of the other side
answer-trigger-own-authority = own authority
answer-trigger-officer-on-duty = officer on duty
answer-trigger-head-of-contact-point = head of the contact point

## Codes: safeguards

answer-measure-gate = screening
answer-measure-review-before-disclosure = review before disclosure
answer-measure-four-eyes = four eyes
answer-measure-symmetric-rules = same rules for both sides
answer-measure-lapse-yields-nothing = lapse yields nothing
answer-measure-neutral-answer = neutral refusal
answer-measure-conditions = conditions
answer-measure-independent-control = independent control

## Codes: directions

answer-direction-incoming = incoming
answer-direction-outgoing = outgoing

## Codes: protected groups

answer-group-journalists = journalists
answer-group-bloggers = bloggers
answer-group-human-rights-defenders = human-rights defenders
answer-group-religious-minorities = religious minorities
answer-group-ethnic-minorities = ethnic minorities
answer-group-lawyers = lawyers
answer-group-whistleblowers = whistleblowers
answer-group-political-opposition = political opposition

## Codes: stages of a dossier

answer-dossier-stage-announced = announced
answer-dossier-stage-in-preparation = in preparation
answer-dossier-stage-draft = draft
answer-dossier-stage-in-negotiation = in negotiation
answer-dossier-stage-entering-into-force = about to enter into force
answer-dossier-stage-concluded = concluded
answer-dossier-stage-not-sought = not sought
answer-dossier-stage-not-known = stage not known

## Codes: roles in a dossier

answer-dossier-role-lead = lead
answer-dossier-role-participating = participating

## Codes: steps

answer-step-announcement = announcement
answer-step-statement = statement
answer-step-denial = denial
answer-step-preliminary-talk = preliminary talk
answer-step-negotiation = negotiation
answer-step-draft = draft
answer-step-adoption = adoption
answer-step-parliamentary-answer = answer to parliament
answer-step-report = report

## Codes: records

answer-record-party = party
answer-record-contact-point = contact point
answer-record-lifecycle-event = lifecycle event
answer-record-activation-rule = activation rule
answer-record-resource-statement = resources
answer-record-mandate = mandate
answer-record-mechanism = mechanism
answer-record-round = round
answer-record-participation = participation
answer-record-agenda-item = agenda item
answer-record-topic-statement = topic
answer-record-result = result
answer-record-evaluation = evaluation
answer-record-planned-round = planned round
answer-record-dialogue-format = format
answer-record-comparable-mechanism = comparable mechanism
answer-record-document = document
answer-record-safeguard-rule = safeguard
answer-record-dossier = dossier
answer-record-step = step
answer-record-plan = plan
answer-record-external-event = event
answer-record-knowledge-statement = state of knowledge
answer-record-nil-statement = nil

## Heads of tables

answer-head-side = Side
answer-head-agency = Body
answer-head-unit = Unit
answer-head-person = Person
answer-head-function = Function
answer-head-role = Role
answer-head-standing = Standing
answer-head-subject = Subject
answer-head-topic = Topic
answer-head-raised-by = Raised by
answer-head-position = Content
answer-head-result = Result
answer-head-document = Document
answer-head-document-kind = Kind
answer-head-phase = Phase
answer-head-exists = Exists
answer-head-published = Published
answer-head-author = Author
answer-head-date = Date
answer-head-as-of = As of
answer-head-state = Plan
answer-head-planned-for = Planned for
answer-head-place = Place
answer-head-validity = Validity
answer-head-format = Format
answer-head-number = Number
answer-head-legislation = Deals with IT legislation
answer-head-transfer = Transfer of knowledge
answer-head-state-with = State
answer-head-mechanism = Mechanism
answer-head-times = Number of rounds
answer-head-first-held = First held
answer-head-cadence = Cadence
answer-head-rounds = Rounds with a source
answer-head-remark = Remark
answer-head-stage = Stage
answer-head-reached = Reached
answer-head-item = Item
answer-head-year = Year or grade
answer-head-amount = Amount or number
answer-head-posts = Posts
answer-head-full-time = Full-time equivalents
answer-head-power = Power
answer-head-legal-basis = Legal basis
answer-head-level = Level
answer-head-task = Task
answer-head-rule = Rule
answer-head-topics = Topics
answer-head-urgencies = Urgency
answer-head-triggered-by = Triggered by
answer-head-preconditions = Preconditions
answer-head-threshold = Threshold
answer-head-valid = Validity of the rule
answer-head-measure = Measure
answer-head-directions = Direction
answer-head-protects = Protects
answer-head-requests = Made
answer-head-answered = Answered
answer-head-without-information = of these without information
answer-head-unanswered = Unanswered
answer-head-open = Open
answer-head-withdrawn = Withdrawn
answer-head-reason = Reason
answer-head-difference = Difference
answer-head-own-log = Own log
answer-head-counterpart-log = Counterpart's log
answer-head-step = Kind
answer-head-content = Content
answer-head-actor = Actor
answer-head-reaction = Reaction
answer-head-aspect = Aspect
answer-head-discussed = Discussed
answer-head-part-played = Part played
answer-head-record = Kind of record

## The page

answer-page-exercise = Exercise. This document was made in an exercise and is no answer of a government.
answer-page-on-inquiry = Answer to the inquiry { $value }
answer-page-fraction = Group
answer-page-askers = Asked by
answer-page-dated = Inquiry of
answer-page-issuer = Issuer
answer-page-generated = As of
answer-page-cut-off = Cut-off of counts
answer-page-position = Journal
answer-page-entries = { $value } entries
answer-page-root = tree head
answer-page-summary = Summary
answer-page-remarks = Preliminary remarks
answer-page-questions = Questions
answer-page-question = Question { $value }
answer-page-to-part = On { $value }
answer-page-note = Note:
answer-page-exercise-table = Exercise:
answer-page-evidence = Evidence and definitions
answer-page-records = Records in the journal:
answer-page-entry = entry { $value }
answer-page-figures = Figures and what was counted
answer-page-figure = Figure
answer-page-value = Value
answer-page-counterpart-value = Value in the counterpart's log
answer-page-definition = Counted was
answer-page-grade = Grade of evidence
answer-page-draft = Draft. This document was neither released nor sealed; nobody answers with it.
answer-page-status = Status
answer-page-released = released and sealed
answer-page-grades-text = Grades of evidence: “self-signed” – only the authority that keeps the log stands for it; “witnessed by the counterpart” – the other side has countersigned the state of the log as well; “witnessed by witnesses” – as many independent witnesses as the witness policy asks for have countersigned it.
answer-grade-self-signed = self-signed
answer-grade-peer-witnessed = witnessed by the counterpart
answer-grade-quorum-witnessed = witnessed by witnesses
answer-page-sources = Sources
answer-page-checking = Checking
answer-page-checking-text = The file answer.json holds this answer with all its evidence. The following program checks it offline: it recomputes the logs, evaluates every question again, and compares word by word and figure by figure.
