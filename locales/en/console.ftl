# The words of the console.

## Frame

product = Contact point
skip = Skip to content
title-error = Error:
exercise = Exercise
exercise-bar = Nothing on these pages counts as real.
language-choose = Choose language
sign-out = Sign out
nav = Main navigation
nav-situation = Situation
nav-requests = Requests
nav-journal = Journal
nav-records = Records
nav-inquiries = Parliament
nav-peers = Counterparts
crumbs = You are here
footer = Every act is in the journal.
accessibility = Accessibility
to-situation = To the situation page
cancel = Cancel
optional = (optional)
yes = yes
no = no
never = never
not-known = not known
not-given = not given
of = of
choice-all = all
choice-none = – please choose –
downloads = Downloads
no-subject = (no subject)

## Times

span-days = { $count -> 
       [one] 1 day
      *[other] { $count } days
    }
span-hours = { $count } h
span-minutes = { $count } min
span-moment = less than 1 min
ago = { $span } ago
clock-not-started = clock not running yet
clock-stopped = clock stopped
clock-left = { $span } left
clock-overdue = overdue by { $span }
clock-rule = The clock runs from sending to answer. If it runs out, nothing counts as granted.

## Signing in

sign-in = Sign in
sign-in-lead = Workplace of the contact point
sign-in-limits = You are signed out after 30 minutes without an act, and after 12 hours at the latest.
field-name = Name
field-password = Password

## What was not done

refusal-kept-label = What was kept
refusal-next-label = What you can do
refusal-kept = Nothing was changed.
refusal-kept-journalled = Nothing was changed. That and why it was refused is in the journal.
refusal-sign-in-kept = Your name is still in the form.
refusal-refused-title = The rules do not allow this
refusal-refused-next = Ask another person with the right role, or remove the reason given.
refusal-no-permit = No rule permits this act to your role.
refusal-not-authenticated-title = Name or password is wrong
refusal-not-authenticated-next = Check both and try again. After several wrong attempts the name is locked for a while.
refusal-locked-title = Too many wrong attempts
refusal-locked-next = { $count -> 
       [one] Try again in one minute.
      *[other] Try again in { $count } minutes.
    }
refusal-not-now-title = This step is not possible now
refusal-not-now-next = Open the case again; somebody else may have acted meanwhile.
refusal-not-now-state = The state of the case is: { $state }
refusal-no-such-title = There is no such thing
refusal-no-such-next = Check what you entered, or go by way of the list.
refusal-exists-title = It exists already
refusal-exists-next = Open what is there.
refusal-invalid-title = Something you entered cannot be used
refusal-invalid-next = Correct it. What you entered is still in the form; only files must be chosen again.
refusal-fingerprint-differs-title = The fingerprint does not match
refusal-fingerprint-differs-next = Do not accept these keys. Compare again over another channel.
refusal-seal-title = A key, signature or envelope does not hold
refusal-seal-next = Tell the operators.
refusal-busy-title = Others worked on the same case at the same time
refusal-busy-next = Try again.
refusal-store-title = The node cannot read or write at the moment
refusal-store-next = Try again in a minute; if it persists, tell the operators.
refusal-read-only-title = This node is read-only
refusal-read-only-next = The top of the page says why and what operations must do. Until then everything can be read and nothing changed.
refusal-unconfirmed-title = This node does not sign yet
refusal-unconfirmed-next = It waits for word from its witnesses. Try again in a minute, and otherwise tell operations.
refusal-form-title = Something is still missing
refusal-form-kept = Everything you entered is still in the form; only files must be chosen again.
refusal-form-next = Complete what is listed.
refusal-not-found-title = There is no such page
refusal-not-found-next = Go to the situation page or to the requests.
refusal-not-for-you-title = This page is not open to your role
refusal-not-for-you-next = If you need it, ask the operators for the right role.
form-missing = Please enter: { $field }
draft-ground-missing = An answer that is not full needs an internal ground.
draft-conditions-missing = Information needs conditions.
draft-items-differ = Every item asked needs exactly one answer.
likely-refused = Under the rules in force this step will be refused to you. An attempt is journalled and tells the reason.

## What was done

done-request-drafted = The draft is on file and screened.
done-request-submitted = The request awaits release.
done-request-released = The request is released and on its way.
done-request-withdrawn = The request is withdrawn.
done-screening-reviewed = Your decision is on file.
done-answer-drafted = The answer is drafted and awaits release by another person.
done-answer-released = The answer is released and on its way.
done-inquiry-answer-released = The answer to parliament is released.
done-ping-sent = The ping is on its way.

## Situation

situation-no-cases = Cases are not open to your role. You see the links here.
figures = Figures
figure-open = open
figure-pressing = due in less than 4 h
figure-overdue = overdue
figure-review = await review
figure-release = await release
figure-heard = { $peer } last heard
due-next = Due next
due-next-empty = No clock is running.
all-requests = All requests
links = Links
link-good = good
link-silent = silent
link-failing = failing
link-forked = signed two heads
outbox-waiting = In the outbox
outbox-error = Last error
unread-there = Lies there, not readable yet
unread-here = Lies here, not readable yet
keys = Keys
keys-last = { $span } left
keys-due = only { $span } left; a new version needs two of the three holders
keys-over = expired { $span } ago
keys-renew = renew keys
witnesses = Witnesses
witnesses-none = Nobody witnesses this node: all entries are self-signed.
witness-good = up to date
witness-under-way = under way
witness-late = lagging
witness-faulty = faulty witness
witness-covered = Entries witnessed
witness-since = Oldest entry not witnessed
witness-faults = Faulty witnesses
grade-wanted = Wanted
banner-unconfirmed = This node does not sign yet
banner-doubtful = This node works without word from enough witnesses
banner-read-only = This node is read-only
delivery = Delivery
delivery-lead = Each message has two receipts: first it lies there sealed (D.1), then its content is handed over (E.1).
delivery-none = No message yet.
delivery-out = to the counterpart
delivery-in = from the counterpart
delivery-waiting = in the outbox
delivery-consigned = consigned, not readable
delivery-handed-over = handed over
delivery-failed = cannot be delivered

## Queue

views = Views
view-open = Open
view-pressing = Due in less than 4 h
view-overdue = Overdue
view-review = To be reviewed
view-release = To be released
view-all = All
filter = Filter
filter-text = Search all texts
filter-apply = Apply
filter-clear = Clear filter
requests-empty = Nothing here.
requests-empty-filtered = No request of this view matches the filter.
requests-empty-next = New requests of the counterpart appear here by themselves.
page-previous = Previous page
page-next = Next page
page-newer = Newer entries
page-older = Older entries
column-request = Case
column-subject = Subject
column-peer = Counterpart
column-direction = Direction
column-urgency = Urgency
column-deadline = Deadline
column-state = State
column-kind = Kind
column-value = Value
column-link = Link to the purpose
column-number = Number
column-title = Title
column-questions = Questions
column-registered = Registered
column-what = What happened
column-time = Time
column-who = Who
column-attempts = Attempts
column-due = Next attempt
column-consigned = Consigned (D.1)
column-handed-over = Handed over (E.1)

## A request

request = Request
request-new = New request
request-new-lead = A request to a counterpart. The gate screens it at once; it leaves only when a second person releases it.
request-draft = File the draft
request-draft-hint = Filing sends nothing yet.
case-side = State of the case
case-answer = Answer
case-answer-pending = Answer (draft, not yet released)
deadline = Deadline
next-step = Next step
people = People involved
people-none = Nobody in this house yet.
person-drafted = Drafted
person-submitted = Submitted
person-released = Released
person-reviewed = Reviewed
person-answer-drafted = Answer drafted
person-answer-released = Answer released
handling = Handling
opened = Opened
declared = declared
not-declared = not declared
message = Message
attachments = Attachments
attachments-warning = Attachments come from the other side unchecked, as far as the gate cannot read them. Open them only in an environment meant for that.
bytes = { $size } bytes
gate = Findings of the gate
findings-none = The gate found nothing. It decides nothing; the review is for people.
finding-place = Place:
finding-evidence = Words:
finding-canonical = read as
place-attachment = attachment “{ $name }”
place-attachment-name = name of attachment “{ $name }”
registry-no-guardian = Register of protected persons: no guardian is appointed; the register is not in operation. Whether somebody is protected is not checked here.
registry-sent = Register of protected persons: handed to the guardian.
review-decision = Decision:
review-decide = Decide
review-go = Record the decision
ground-inside = Internal ground, stays in the house:
timeline = Timeline
proof = Proof
entry = Entry
log = Log
leaf = Leaf hash
entry-open = Open entry
proof-download = Download proof
conditions-none = None: nothing is disclosed.
step-submit = Hand in for release
step-review = Review the request
step-review-again = Change the review
step-draft-answer = Draft the answer
step-redraft = Change the answer
step-release-answer = Read and release the answer
step-release-request = Read and release the request
step-withdraw = Withdraw the request
withdraw-has-left = The request has left already. The counterpart receives a withdrawal with your reason.
withdraw-not-left = The request has not left the house; the counterpart learns nothing of it.
release-leaves = This leaves the house
release-leaves-hint = Complete and unchanged, sealed for the counterpart.
release-stays = This stays in the house
release-confirm = Release
release-final = Once released, the message leaves and cannot be taken back.
release-go = Release and send
draft-answer-go = Hand the answer in for release
draft-answer-hint = The answer leaves only when another person releases it.

## Sections of forms

section-matter = Matter
section-requester = Requester
section-grounds = Grounds and facts
section-asked = What is asked
section-handling = Handling
section-selectors = Declared selectors
section-outcome = Outcome
section-items = Item by item
section-conditions = Conditions for the counterpart
section-transfer = Transfer
selector = Selector
selectors-more = More rows
hint-selectors = Every selector that occurs in the request or an attachment belongs here. If it can mean a person, it needs a link to the purpose.

## Fields

field-peer = Counterpart
field-subject = Subject
hint-subject = One line for lists, without names of persons.
field-topic = Topic
field-urgency = Urgency
hint-urgency = Sets the counterpart’s deadline.
field-urgency-reason = Reason for urgency
hint-urgency-reason = Needed for anything faster than normal.
field-requester-authority = Authority
field-requester-unit = Unit
field-requester-contact = Second contact for verification
hint-requester-contact = Through it the counterpart can verify that it is you.
field-legal-basis = Legal basis
hint-legal-basis = Treaty, arrangement or law, with article or section.
field-offence = Offence or incident
hint-offence = In the requester’s law or scheme.
field-facts = Facts
hint-facts = What happened, when, where, with what harm.
field-purpose = Purpose
hint-purpose = What the information will be used for, and what not.
field-why-held = Why the counterpart should hold it
field-necessity = Necessity
hint-necessity = Why it is needed and not too much.
field-items = Items asked
hint-items = One item per line.
field-files = Attachments
hint-files = At most 64 MB together. Attachments that the gate cannot read hold the request.
field-language = Language of the texts
field-tlp = Distribution
field-handling = Handling code
field-no-persecution = No political, religious or ethnic purpose
hint-no-persecution = Ticking it declares that the requester pursues no such purpose.
field-no-persecution-declared = Declaration against political persecution
field-outcome = Outcome as a whole
field-ground = Internal ground
hint-ground = Stays in the house. Needed unless the information is full; the counterpart sees the coarse reason only.
field-internal-reason = Reason for one’s own file
field-external-reason = Reason the counterpart sees
field-item-outcome = Item
field-item-text = Information or neutral words on item
field-condition-purpose = Use only for
field-condition-handling = Handling code
field-condition-onward = Onward transfer may be asked for
field-condition-retain = Delete by
field-condition-inhuman = Not in proceedings that may end in death or inhuman treatment
field-decision = Decision
field-reason = Reason
hint-reason = Stays in the house and is journalled.
field-withdraw-reason = Reason
hint-withdraw-reason = If the request has left already, the counterpart reads it.
field-marking = Marking
field-side = Side
field-occurred = When
field-certainty = Certainty
field-entry = Entry
field-position = Position of the journal

## Journal

journal-lead = Every entry is fixed by the root that the node has signed. Proofs can be checked without this node.
journal-size = Entries
log-exchange = Exchange with { $peer }
log-empty = No entry yet.
origin = Origin
root = Root
checkpoint = Signed checkpoint
checkpoint-download = Download checkpoint
entry-fields = Content
entry-destroyed = The content was destroyed at the end of its retention. The leaf hash remains.
entry-destroyed-short = Content destroyed
grade = Grade of evidence
grade-of-case = Grade of the case (the lowest of its entries):
evidence-self-signed = So far only this node stands for the entry.
evidence-witnessed = Countersigned by { $who }, at the latest { $time }; that covers the first { $size } entries.
coverage-label = Witnessed
coverage-none = by nobody yet
coverage = { $grade }: the first { $size } entries
field-hidden = Not open to your role.
proof-lead = Leaf hash and path give the signed root.
proof-path = Path to the root
proof-path-none = The tree has this entry only.

## Records

records-lead = What the house knows about contact points, consultations and their results, with source and certainty, now or as of an earlier moment.
records-date = As of day
records-entry = As of entry
records-as-of = You see the records as they stood when the journal had { $size } entries.
records-bad-entry = The position is a number of entries.
records-bad-date = The position is a day such as 2019-04-30.
records-empty = No record matches filter and position.
records-count = { $count -> 
       [one] One record.
      *[other] { $count } records.
    }
records-size = Position of the journal: { $size } entries.
record-head = About the record
record-note = What the knowledge rests on
record-id = Identifier
record-about = Belongs to
record-body = Content
record-sources = Sources
record-sources-none = No public source.
record-supersedes = Supersedes
superseded = superseded
superseded-by = This record was superseded by:

## Parliament

inquiries = Parliamentary inquiries
inquiries-lead = What parliament asks and what the house answers. Every figure of an answer can be recomputed from the file itself.
inquiries-empty = No inquiry registered.
inquiries-empty-next = The desk registers inquiries on the command line: kontaktstelle inquiry register
inquiry-side = State of the inquiry
inquiry-answer = Answer
inquiry-filed-by = Filed
inquiry-document = Hash of the answer
inquiry-release = Release the answer
inquiry-draft = Draft: not released yet. The file has no seal and says so.
inquiry-sealed = Released. The file carries the seal and the proof of its release.
inquiry-open-next = No answer filed yet. The desk composes it on the command line: kontaktstelle answer
inquiry-source = The inquiry as it came in
inquiry-answer-file = Answer as a file (JSON)
inquiry-answer-page = Answer as a page (HTML)
inquiry-questions = Questions and answers
inquiry-unanswered = Not yet answered.
inquiry-in-document = The answer is in the filed document.
inquiry-unparsed = The questions could not be read; they are in the inquiry as it came in.

## Counterparts

peers-lead = Keys count only after their fingerprint was compared over another channel.
peers-empty = No counterpart accepted yet.
own-node = Own node
fingerprint = Fingerprint
ping = Ping
peer-heard = Last heard
peer-sent = Sent
peer-consigned = Of these consigned to the counterpart
peer-handed-over = Of these handed over
peer-signing = Signature { $suite } (key id)
peer-witness = Witness key
peer-revoked = Revoked key
peer-accepted = Accepted
peer-accepted-by = Accepted by
peer-node = Node
peer-version = Version of the keys
peer-valid = Valid
peer-log = Log { $log }
peer-keys = Keys
peer-exchange-log = Exchange log with this counterpart
outbox = Outbox
outbox-empty = Nothing is waiting.

## Accessibility

accessibility-aim = Everybody should be able to use the console. The measure is WCAG 2.2, level AA, and with it EN 301 549 V3.2.1.
accessibility-done = What is reached
accessibility-done-text = All pages work without script and by keyboard, adapt to light and dark rendering, narrow screens and forced colours, and can be printed. Colour never stands alone; foreign texts carry their language.
accessibility-open = What is missing
accessibility-open-text = The pages were checked with tools, but not yet by people with a screen reader. Content in easy language and sign language is for the operating body to provide.
accessibility-contact = Found a barrier?
accessibility-contact-text = Tell the operators of your contact point. A barrier is a bug and is treated as one.
draft-purpose-missing = The conditions must say what the information may be used for.
draft-inhuman-treatment = Information is given only if use that may end in death or inhuman treatment is ruled out.
draft-text-missing = Every item needs a text that the counterpart reads.
draft-not-full = “Answered in full” holds only if every item is answered in full.
draft-ground-given = A full answer has no ground for withholding anything.
