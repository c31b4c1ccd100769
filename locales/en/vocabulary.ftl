# The labels of all codes: `<list>-<code>`.

## Parties

party-de = Germany
party-cn = China

## Direction

direction-incoming = to us
direction-outgoing = from us

## Topic

topic-situation = IT security situation
topic-cybercrime = Cybercrime
topic-sabotage = Sabotage
topic-terrorism-online = Terrorism online
topic-other-criminal-acts-online = Other criminal acts online
topic-critical-infrastructure = Critical infrastructure
topic-legislation = Legislation
topic-product-security = Product security
topic-data-transfer = Data transfer
topic-economic-espionage = Economic espionage
topic-human-rights = Human rights
topic-organisation = Organisation

## Urgency

urgency-emergency = Emergency (8 h)
urgency-urgent-at-hand = Urgent, data at hand (8 h)
urgency-urgent-elsewhere = Urgent, data elsewhere (3 days)
urgency-normal = Normal (7 days)
urgency-planned = Planned (30 days)

## State

state-screening = To be reviewed
state-held = Held
state-cleared = Cleared for answer
state-conditional = Cleared with conditions
state-rejected = Rejected
state-answer-drafted = Answer awaiting release
state-answer-released = Answer under way
state-answer-delivered = Answer delivered
state-withdrawn = Withdrawn
state-drafted = Draft
state-submitted = Awaiting release
state-sent = Under way
state-delivered = Delivered
state-overdue = Overdue
state-unanswered = Unanswered
state-answered = Answered

## What the case waits for

waits-screening = A reviewer looks at the request and decides.
waits-held = The gate has stopped the request. A reviewer must decide; nothing happens until then.
waits-cleared = A handler drafts the answer.
waits-conditional = A handler drafts the answer and keeps to the conditions of the review.
waits-rejected = No data leaves. The counterpart is owed a refusal; a handler drafts it.
waits-answer-drafted = A second person, a releaser, reads the answer and releases it.
waits-answer-released = The answer is under way; the counterpart’s receipt is pending.
waits-answer-delivered = Done. The counterpart’s receipt is on file.
waits-withdrawn = Done. The request was withdrawn.
waits-drafted = A handler hands the draft in for release.
waits-submitted = A second person, a releaser, releases the request.
waits-sent = The request is under way; the counterpart’s receipt is pending.
waits-delivered = The counterpart has the request. Its answer is pending.
waits-overdue = The deadline has passed. The counterpart owes an answer; silence is none.
waits-unanswered = The grace time has passed too. The request counts as unanswered.
waits-answered = Done. The answer is here.

## Outcome

outcome-full = Full information
outcome-partial = Partial information
outcome-nil = Searched, nothing held
outcome-refused = Refused
outcome-transferred = Transferred
outcome-deferred = Deferred

## Internal ground

ground-n = N – nothing held
ground-i = I – incomplete
ground-c = C – not competent
ground-j = J – approval denied
ground-s = S – essential security interests
ground-v = V – ongoing investigation
ground-e = E – originator does not consent
ground-t = T – below the threshold
ground-p = P – press privilege
ground-r = R – risk of persecution
ground-h = H – no adequate protection
ground-d = D – data protection
ground-m = M – outside the mandate
ground-b = B – ne bis in idem
ground-u = U – disproportionate
ground-o = O – company secrecy
ground-x = X – misuse suspected
ground-l = L – late
ground-q = Q – no reply

## The reason the counterpart sees

reason-x1 = The request is incomplete
reason-x2 = Outside the mandate of the contact point
reason-x3 = Legal ground
reason-x4 = No information can be given

## Selectors

selector-email = E-mail address
selector-domain = Domain
selector-url = Web address (URL)
selector-ip = IP address
selector-phone = Phone number
selector-hash = File hash
selector-handle = Account name

## Kind of message

message-kind-ping = Ping
message-kind-ping-reply = Ping reply
message-kind-request = Request
message-kind-answer = Answer
message-kind-withdrawal = Withdrawal

## Marking

tlp-red = TLP:RED – named persons only
tlp-amber-strict = TLP:AMBER+STRICT – the body itself only
tlp-amber = TLP:AMBER – need to know in one’s own area
tlp-green = TLP:GREEN – within the community
tlp-clear = TLP:CLEAR – public
pap-red = PAP:RED
pap-amber = PAP:AMBER
pap-green = PAP:GREEN
pap-clear = PAP:CLEAR
handling-h0 = H0 – police purpose only
handling-h1 = H1 – not in court without permission
handling-h2 = H2 – no onward sharing without permission
handling-h3 = H3 – other restriction, in words
classification-open = open
classification-vs-nfd = VS-NfD
language-de = German
language-en = English
language-zh = Chinese

## Checks of the gate

check-required-field = Required field empty or too short
check-missing-link = Selector without link to the purpose
check-persecution-declaration-missing = Declaration against political persecution missing
check-topic-outside-mandate = Topic outside the mandate
check-speech-offence = Red-list word: speech, assembly, religion
check-undeclared-selector = Undeclared selector
check-unreadable-selector = Selector not readable as its kind
check-too-broad = Too many people or addresses at once
check-content-or-location = Content or location data: mutual legal assistance only
check-obfuscation = Obfuscated writing
check-protected-context = Protected profession or group
check-unscreenable-attachment = Attachment cannot be screened
check-malformed-attachment = Attachment malformed, screened as text
check-more-findings = More findings than listed
consequence-hold-for-review = Hold
consequence-return-incomplete = Return
consequence-inform = Note

## Decision of the review

decision-clear = Clear
decision-clear-with-conditions = Clear with conditions
decision-hold = Hold
decision-reject = Reject: no information

## Roles

role-handler = Handler
role-releaser = Releaser
role-reviewer = Reviewer
role-desk = Desk
role-operator = Operator
role-controller = Controller

## Logs and entries

log-office = Office journal
kind-act-refused = Act refused
kind-answer-drafted = Answer drafted
kind-answer-released = Answer released
kind-answer-received = Answer received
kind-answer-overdue = Answer overdue
kind-exercise-clock-moved = Exercise clock moved
kind-inquiry-registered = Inquiry registered
kind-inquiry-answer-filed = Answer to inquiry filed
kind-inquiry-answer-released = Answer to inquiry released
kind-message-sent = Message sent
kind-message-accepted = Message accepted
kind-message-rejected = Message rejected
kind-message-lost = Counterpart's message lost
kind-message-sent-again = Message sent again
kind-message-unusable = Message unusable
kind-message-opened = Message opened
kind-message-rejections-suppressed = Further rejections not noted one by one
kind-header-released = Headers released
kind-office-anchored = Office journal anchored
kind-epoch-opened = New epoch opened
kind-keys-published = Own keys published
kind-keys-accepted = Counterpart's keys accepted
kind-content-destroyed = Content destroyed
kind-standing-unconfirmed = Went on without word from enough witnesses
kind-standing-confirmed = Standing confirmed by enough witnesses
kind-self-check-passed = Self-check passed
kind-self-check-failed = Self-check failed
kind-witness-lagging = Witnesses lagging
kind-witness-caught-up = Witnesses up to date again
kind-witness-faulty = Witness faulty
kind-witness-sound = Witness cosigns again
witness-fault-unknown-log = does not know the log
witness-fault-refused-key = does not take the log's key
witness-fault-inconsistent = says it has seen another head and does not show it
witness-fault-lost-memory = has forgotten what it cosigned; its key must be retired
kind-peer-log-forked = Counterpart signed two heads
kind-peer-log-rewritten = Counterpart's log does not continue the earlier one
grade-self-signed = self-signed
grade-peer-witnessed = witnessed by the counterpart
grade-quorum-witnessed = witnessed by witnesses
kind-officer-added = Officer appointed
kind-peer-accepted = Counterpart accepted
kind-peer-extract-filed = Counterpart’s extract filed
kind-ping-sent = Ping sent
kind-ping-answered = Ping answered
kind-receipt-received = Receipt received
kind-receipt-filed = Receipt filed
kind-record-written = Record written
kind-records-imported = Records imported
kind-request-drafted = Request drafted
kind-request-submitted = Request submitted for release
kind-request-released = Request released and sent
kind-request-received = Request received and screened
kind-request-withdrawn = Request withdrawn
kind-request-overdue = Counterpart’s deadline passed
kind-request-unanswered = Remained unanswered
kind-screening-reviewed = Screening reviewed

## Sources of rules

law-common-grounds = common grounds

## State of an inquiry

inquiry-state-open = Open
inquiry-state-filed = Answer awaiting release
inquiry-state-released = Answered

## Records

record-kind-party = Party
record-kind-contact-point = Contact point
record-kind-lifecycle-event = Stage of a contact point
record-kind-activation-rule = Activation rule
record-kind-resource-statement = Staff and means
record-kind-mandate = Mandate and powers
record-kind-mechanism = Consultation mechanism
record-kind-round = Round
record-kind-participation = Participation
record-kind-agenda-item = Agenda item
record-kind-topic-statement = Topic raised
record-kind-result = Result
record-kind-evaluation = Evaluation
record-kind-planned-round = Planned round
record-kind-dialogue-format = Dialogue format
record-kind-comparable-mechanism = Comparable mechanism
record-kind-document = Document
record-kind-safeguard-rule = Safeguard rule
record-kind-dossier = Dossier
record-kind-step = Step
record-kind-plan = Plan
record-kind-external-event = External event
record-kind-knowledge-statement = Knowledge statement
record-kind-nil-statement = Nil statement
side-own = own side
side-counterpart = counterpart
side-joint = joint
side-third = third side
certainty-certain = certain
certainty-claimed = claimed
certainty-corrected = corrected
certainty-unknown = unknown

## Members of records

field-achieved = Achieved
field-actor = Actor
field-agencies = Agencies
field-agency = Agency
field-aim = Aim
field-amount = Amount
field-approximate = Approximate
field-aspects = Aspects
field-author = Author
field-because = Because
field-body = Body
field-budget = Budget
field-by = By
field-cadence = Cadence
field-change = Change
field-changes = Changes
field-character = Character
field-criteria-catalogue = Criteria catalogue
field-currency = Currency
field-dated = Dated
field-declared-by = Declared by
field-directions = Directions
field-document = Document
field-due = Due
field-ended-because = Ended because
field-evaluated = Evaluated
field-evidence = Evidence
field-exists = Exists
field-first-held = First held
field-from = From
field-full-time-hundredths = Full time (hundredths)
field-function = Function
field-goal = Goal
field-grades = Grades
field-held = Held
field-human-rights = Human rights
field-kept-at = Kept at
field-knowledge = Knowledge
field-knowledge-transfer = Knowledge transfer
field-known = Known
field-laws = Laws
field-legislation-exchange = Exchange on legislation
field-level = Level
field-locator = Locator
field-matter = Matter
field-measure = Measure
field-method = Method
field-naming = Naming
field-nature = Nature
field-note = Note
field-number = Number
field-objectives = Objectives
field-operator = Operator
field-owner = Owner
field-parties = Parties
field-party = Party
field-period = Period
field-person = Person
field-phase = Phase
field-place = Place
field-planned-for = Planned for
field-posts = Posts
field-power = Power
field-powers = Powers
field-preconditions = Preconditions
field-protects = Protects
field-published = Published
field-publisher = Publisher
field-raised = Raised
field-raised-by = Raised by
field-reached = Reached
field-reaction = Reaction
field-result = Result
field-role = Role
field-rounds = Rounds
field-rule = Rule
field-scope = Scope
field-searched = Searched
field-short = Short form
field-sought = Sought
field-staff = Staff
field-stage = Stage
field-state = State
field-statement = Statement
field-step = Step
field-summary = Summary
field-superior = Superior
field-task = Task
field-theme = Theme
field-third-states = Third states
field-threshold = Threshold
field-title = Title
field-topics = Topics
field-triggered-by = Triggered by
field-unit = Unit
field-units = Units
field-until = Until
field-urgencies = Urgencies
field-valid-from = Valid from
field-valid-until = Valid until
field-value = Value
field-version = Version
field-waiting-for = Waiting for
field-what = What
field-year = Year
field-requester = Requester
field-selectors = Selectors
field-link = Link
field-kind = Kind
field-selector = Selector
field-attachments = Attachments
field-proof = Proof
field-text = Text
field-conditions = Conditions

## Codes in records

value-directions-incoming = to us
value-directions-outgoing = from us
value-topic-situation = IT security situation
value-topics-situation = IT security situation
value-topic-cybercrime = Cybercrime
value-topics-cybercrime = Cybercrime
value-topic-sabotage = Sabotage
value-topics-sabotage = Sabotage
value-topic-terrorism-online = Terrorism online
value-topics-terrorism-online = Terrorism online
value-topic-other-criminal-acts-online = Other criminal acts online
value-topics-other-criminal-acts-online = Other criminal acts online
value-topic-critical-infrastructure = Critical infrastructure
value-topics-critical-infrastructure = Critical infrastructure
value-topic-legislation = Legislation
value-topics-legislation = Legislation
value-topic-product-security = Product security
value-topics-product-security = Product security
value-topic-data-transfer = Data transfer
value-topics-data-transfer = Data transfer
value-topic-economic-espionage = Economic espionage
value-topics-economic-espionage = Economic espionage
value-topic-human-rights = Human rights
value-topics-human-rights = Human rights
value-topic-organisation = Organisation
value-topics-organisation = Organisation
value-urgencies-emergency = Emergency (8 h)
value-urgencies-urgent-at-hand = Urgent, data at hand (8 h)
value-urgencies-urgent-elsewhere = Urgent, data elsewhere (3 days)
value-urgencies-normal = Normal (7 days)
value-urgencies-planned = Planned (30 days)
value-stage-agreed = agreed
value-stage-established = established
value-stage-started-work = started work
value-stage-suspended = suspended
value-stage-ended = ended
value-stage-announced = announced
value-stage-in-preparation = in preparation
value-stage-draft = draft
value-stage-in-negotiation = in negotiation
value-stage-entering-into-force = entering into force
value-stage-concluded = concluded
value-stage-not-sought = not sought
value-stage-not-known = not known
value-state-announced = announced
value-state-in-coordination = in coordination
value-state-scheduled = scheduled
value-state-postponed = postponed
value-state-done = done
value-state-abandoned = abandoned
value-state-not-planned = not planned
value-state-not-known = not known
value-state-operational = operational
value-state-agreed-not-operational = agreed, not operational
value-state-established-not-operational = established, not operational
value-state-suspended = suspended
value-state-ended = ended
value-cadence-half-yearly = half-yearly
value-cadence-yearly = yearly
value-cadence-occasional = occasional
value-cadence-once = once
value-cadence-not-known = not known
value-waiting-for-own = own side
value-waiting-for-counterpart = counterpart
value-waiting-for-both = both
value-waiting-for-nobody = nobody
value-waiting-for-not-known = not known
value-nature-security-authority = security authority
value-nature-ministry = ministry
value-nature-diplomatic-mission = diplomatic mission
value-nature-cyber-authority = cyber authority
value-nature-regulator = regulator
value-nature-judiciary = judiciary
value-nature-military = military
value-nature-other = other
value-role-chair = chair
value-role-delegate = delegate
value-role-observer = observer
value-role-lead = lead
value-role-participating = participating
value-naming-public = public
value-naming-withheld = withheld
value-naming-not-known = not known
value-raised-raised = raised
value-raised-not-raised = not raised
value-raised-unknown = not known
value-known-known = known
value-known-known-in-part = known in part
value-known-not-known = not known
value-known-contradictory = contradictory
value-result-known = known
value-result-known-in-part = known in part
value-result-not-known = not known
value-result-contradictory = contradictory
value-held-yes = yes
value-held-no = no
value-held-unknown = not known
value-exists-yes = yes
value-exists-no = no
value-exists-unknown = not known
value-evaluated-yes = yes
value-evaluated-no = no
value-evaluated-unknown = not known
value-kind-joint-statement = joint statement
value-kind-understanding = understanding
value-kind-contact-point = contact point
value-kind-follow-up-talks = follow-up talks
value-kind-disagreement = disagreement
value-kind-legislation = legislation
value-kind-negotiation = negotiation
value-kind-investment-screening = investment screening
value-kind-eu-initiative = EU initiative
value-kind-state = state
value-kind-international-organisation = international organisation
value-document-joint-statement = joint statement
value-document-memorandum-of-understanding = memorandum of understanding
value-document-press-release = press release
value-document-minutes = minutes
value-document-internal-report = internal report
value-document-status-note = status note
value-document-inter-ministry-correspondence = inter-ministry correspondence
value-document-intra-ministry-correspondence = intra-ministry correspondence
value-phase-before = before
value-phase-during = during
value-phase-after = after
value-step-announcement = announcement
value-step-statement = statement
value-step-denial = denial
value-step-preliminary-talk = preliminary talk
value-step-negotiation = negotiation
value-step-draft = draft
value-step-adoption = adoption
value-step-parliamentary-answer = answer to parliament
value-step-report = report
value-purpose-exchange = exchange
value-purpose-joint-action-against-third = joint action against third parties
value-purpose-early-warning = early warning
value-purpose-arrangement = arrangement
value-purpose-future-subject = future subject
value-scope-substance = substance
value-scope-organisation-and-procedure = organisation and procedure
value-level-state-secretary = state secretary
value-level-parliamentary-state-secretary = parliamentary state secretary
value-level-special-envoy = special envoy
value-level-directorate-general = directorate-general
value-level-directorate = directorate
value-level-division = division
value-level-subordinate-agency = subordinate agency
value-level-diplomatic-mission = diplomatic mission
value-triggered-by-counterpart-contact-point = counterpart’s contact point
value-triggered-by-own-authority = own authority
value-triggered-by-officer-on-duty = officer on duty
value-triggered-by-head-of-contact-point = head of contact point
value-measure-gate = gate
value-measure-review-before-disclosure = review before disclosure
value-measure-four-eyes = four eyes
value-measure-symmetric-rules = symmetric rules
value-measure-lapse-yields-nothing = lapse yields nothing
value-measure-neutral-answer = neutral answer
value-protects-journalists = journalists
value-protects-bloggers = bloggers
value-protects-human-rights-defenders = human rights defenders
value-protects-religious-minorities = religious minorities
value-protects-ethnic-minorities = ethnic minorities
value-protects-lawyers = lawyers
value-protects-whistleblowers = whistleblowers
value-protects-political-opposition = political opposition
value-theme-it-legislation = IT legislation
value-theme-privacy-by-design = privacy by design
value-theme-security-by-design = security by design
value-theme-digital-infrastructure = digital infrastructure
value-theme-export-infrastructure-third-states = export of infrastructure to third states
value-theme-anonymisation-tor = anonymisation, Tor
