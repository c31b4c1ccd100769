# Die Bezeichnungen aller Codes: `<Liste>-<Code>`.

## Parteien

party-de = Deutschland
party-cn = China

## Richtung

direction-incoming = an uns
direction-outgoing = von uns

## Gegenstand

topic-situation = Lage der IT-Sicherheit
topic-cybercrime = Cyberkriminalität
topic-sabotage = Sabotage
topic-terrorism-online = Terrorismus im Netz
topic-other-criminal-acts-online = Andere Straftaten im Netz
topic-critical-infrastructure = Kritische Infrastruktur
topic-legislation = Gesetzgebung
topic-product-security = Produktsicherheit
topic-data-transfer = Datenübermittlung
topic-economic-espionage = Wirtschaftsspionage
topic-human-rights = Menschenrechte
topic-organisation = Organisation

## Dringlichkeit

urgency-emergency = Notfall (8 Std.)
urgency-urgent-at-hand = Eilig, Daten zur Hand (8 Std.)
urgency-urgent-elsewhere = Eilig, Daten anderswo (3 Tage)
urgency-normal = Normal (7 Tage)
urgency-planned = Planbar (30 Tage)

## Stand

state-screening = Zu prüfen
state-held = Angehalten
state-cleared = Frei zur Antwort
state-conditional = Frei unter Bedingungen
state-rejected = Abgelehnt
state-answer-drafted = Antwort zur Freigabe
state-answer-released = Antwort unterwegs
state-answer-delivered = Antwort zugestellt
state-withdrawn = Zurückgezogen
state-drafted = Entwurf
state-submitted = Zur Freigabe
state-sent = Unterwegs
state-delivered = Zugestellt
state-overdue = Überfällig
state-unanswered = Ohne Antwort
state-answered = Beantwortet

## Worauf der Vorgang wartet

waits-screening = Eine Person mit der Rolle Prüfung sieht das Ersuchen an und entscheidet.
waits-held = Das Tor hat das Ersuchen angehalten. Eine Person mit der Rolle Prüfung muss entscheiden; bis dahin geschieht nichts.
waits-cleared = Die Sachbearbeitung entwirft die Antwort.
waits-conditional = Die Sachbearbeitung entwirft die Antwort und beachtet die Bedingungen der Prüfung.
waits-rejected = Daten gehen nicht hinaus. Die Gegenseite hat Anspruch auf eine Absage; die Sachbearbeitung entwirft sie.
waits-answer-drafted = Eine zweite Person mit der Rolle Freigabe liest die Antwort und gibt sie frei.
waits-answer-released = Die Antwort ist unterwegs; die Quittung der Gegenseite steht aus.
waits-answer-delivered = Erledigt. Die Quittung der Gegenseite liegt vor.
waits-withdrawn = Erledigt. Das Ersuchen wurde zurückgezogen.
waits-drafted = Die Sachbearbeitung reicht den Entwurf zur Freigabe ein.
waits-submitted = Eine zweite Person mit der Rolle Freigabe gibt das Ersuchen frei.
waits-sent = Das Ersuchen ist unterwegs; die Quittung der Gegenseite steht aus.
waits-delivered = Die Gegenseite hat das Ersuchen. Ihre Antwort steht aus.
waits-overdue = Die Frist ist um. Die Gegenseite schuldet die Antwort; Schweigen ist keine.
waits-unanswered = Auch die Nachfrist ist um. Das Ersuchen gilt als ohne Antwort geblieben.
waits-answered = Erledigt. Die Antwort liegt vor.

## Ausgang

outcome-full = Vollständige Auskunft
outcome-partial = Teilweise Auskunft
outcome-nil = Gesucht, nichts vorhanden
outcome-refused = Abgelehnt
outcome-transferred = Abgegeben
outcome-deferred = Zurückgestellt

## Innerer Grund

ground-n = N – nichts vorhanden
ground-i = I – unvollständig
ground-c = C – nicht zuständig
ground-j = J – Zustimmung versagt
ground-s = S – wesentliche Sicherheitsinteressen
ground-v = V – laufende Ermittlungen
ground-e = E – Urheber stimmt nicht zu
ground-t = T – unter der Schwelle
ground-p = P – Schutz der Presse
ground-r = R – Gefahr der Verfolgung
ground-h = H – kein angemessener Schutz
ground-d = D – Datenschutz
ground-m = M – außerhalb des Auftrags
ground-b = B – ne bis in idem
ground-u = U – unverhältnismäßig
ground-o = O – Geschäftsgeheimnis
ground-x = X – Verdacht des Missbrauchs
ground-l = L – verspätet
ground-q = Q – keine Antwort

## Was die Gegenseite als Grund sieht

reason-x1 = Das Ersuchen ist unvollständig
reason-x2 = Außerhalb des Auftrags der Kontaktstelle
reason-x3 = Rechtlicher Grund
reason-x4 = Es kann keine Auskunft gegeben werden

## Kennungen

selector-email = E-Mail-Adresse
selector-domain = Domain
selector-url = Adresse im Netz (URL)
selector-ip = IP-Adresse
selector-phone = Telefonnummer
selector-hash = Prüfsumme einer Datei
selector-handle = Kontoname

## Art der Nachricht

message-kind-ping = Anruf
message-kind-ping-reply = Antwort auf Anruf
message-kind-request = Ersuchen
message-kind-answer = Antwort
message-kind-withdrawal = Rücknahme

## Kennzeichnung

tlp-red = TLP:RED – nur namentlich Genannte
tlp-amber-strict = TLP:AMBER+STRICT – nur die Stelle selbst
tlp-amber = TLP:AMBER – nach Bedarf im eigenen Bereich
tlp-green = TLP:GREEN – innerhalb der Fachwelt
tlp-clear = TLP:CLEAR – öffentlich
pap-red = PAP:RED
pap-amber = PAP:AMBER
pap-green = PAP:GREEN
pap-clear = PAP:CLEAR
handling-h0 = H0 – nur für polizeiliche Zwecke
handling-h1 = H1 – nicht vor Gericht ohne Erlaubnis
handling-h2 = H2 – keine Weitergabe ohne Erlaubnis
handling-h3 = H3 – andere Beschränkung, in Worten
classification-open = offen
classification-vs-nfd = VS-NfD
language-de = Deutsch
language-en = Englisch
language-zh = Chinesisch

## Prüfungen des Tors

check-required-field = Pflichtfeld leer oder zu kurz
check-missing-link = Kennung ohne Bezug zum Zweck
check-persecution-declaration-missing = Erklärung gegen politische Verfolgung fehlt
check-topic-outside-mandate = Gegenstand außerhalb des Auftrags
check-speech-offence = Wort der roten Liste: Meinung, Versammlung, Glaube
check-undeclared-selector = Nicht angegebene Kennung
check-unreadable-selector = Kennung nicht als ihre Art lesbar
check-too-broad = Zu viele Personen oder Adressen auf einmal
check-content-or-location = Inhalte oder Standorte: nur über Rechtshilfe
check-obfuscation = Verschleierte Schrift
check-protected-context = Geschützter Beruf oder geschützte Gruppe
check-unscreenable-attachment = Anlage nicht prüfbar
check-malformed-attachment = Anlage fehlerhaft, als Text geprüft
check-more-findings = Mehr Befunde, als aufgeführt sind
consequence-hold-for-review = Anhalten
consequence-return-incomplete = Ergänzen lassen
consequence-inform = Hinweis

## Entscheidung der Prüfung

decision-clear = Freigeben zur Bearbeitung
decision-clear-with-conditions = Freigeben unter Bedingungen
decision-hold = Anhalten
decision-reject = Ablehnen: keine Auskunft

## Rollen

role-handler = Sachbearbeitung
role-releaser = Freigabe
role-reviewer = Prüfung
role-desk = Referat
role-operator = Betrieb
role-controller = Kontrolle

## Journale und Einträge

log-office = Hausjournal
kind-act-refused = Handlung abgelehnt
kind-answer-drafted = Antwort entworfen
kind-answer-released = Antwort freigegeben
kind-answer-received = Antwort eingegangen
kind-answer-overdue = Antwortfrist verstrichen
kind-exercise-clock-moved = Übungsuhr vorgestellt
kind-inquiry-registered = Anfrage erfasst
kind-inquiry-answer-filed = Antwort auf Anfrage abgelegt
kind-inquiry-answer-released = Antwort auf Anfrage freigegeben
kind-message-sent = Nachricht abgesandt
kind-message-accepted = Nachricht angenommen
kind-message-rejected = Nachricht abgewiesen
kind-message-lost = Nachricht der Gegenseite verloren
kind-message-sent-again = Nachricht noch einmal gesandt
kind-message-unusable = Nachricht unbrauchbar
kind-message-opened = Nachricht geöffnet
kind-message-rejections-suppressed = Weitere Abweisungen nicht einzeln vermerkt
kind-header-released = Kopfdaten freigegeben
kind-office-anchored = Hausjournal verankert
kind-epoch-opened = Neue Epoche eröffnet
kind-keys-published = Eigene Schlüssel veröffentlicht
kind-keys-accepted = Schlüssel der Gegenstelle anerkannt
kind-content-destroyed = Inhalt vernichtet
kind-standing-unconfirmed = Ohne Auskunft genügend vieler Zeugen weitergearbeitet
kind-standing-confirmed = Stand von genügend vielen Zeugen bestätigt
kind-self-check-passed = Selbstprüfung bestanden
kind-self-check-failed = Selbstprüfung fehlgeschlagen
kind-witness-lagging = Zeugen im Rückstand
kind-witness-caught-up = Zeugen wieder aktuell
kind-witness-faulty = Zeuge gestört
kind-witness-sound = Zeuge bezeugt wieder
witness-fault-unknown-log = kennt das Journal nicht
witness-fault-refused-key = nimmt den Schlüssel des Journals nicht an
witness-fault-inconsistent = will einen anderen Stand gesehen haben und zeigt ihn nicht
witness-fault-lost-memory = hat vergessen, was er bezeugt hat; sein Schlüssel ist außer Dienst zu stellen
kind-peer-log-forked = Gegenstelle hat zwei Stände unterschrieben
kind-peer-log-rewritten = Journal der Gegenstelle setzt das frühere nicht fort
grade-self-signed = selbst signiert
grade-peer-witnessed = von der Gegenseite bezeugt
grade-quorum-witnessed = von Zeugen bezeugt
kind-officer-added = Person bestellt
kind-peer-accepted = Gegenstelle anerkannt
kind-peer-extract-filed = Auszug der Gegenstelle abgelegt
kind-ping-sent = Gegenstelle angerufen
kind-ping-answered = Anruf beantwortet
kind-receipt-received = Quittung eingegangen
kind-receipt-filed = Quittung abgelegt
kind-record-written = Aufzeichnung niedergeschrieben
kind-records-imported = Aufzeichnungen übernommen
kind-request-drafted = Ersuchen entworfen
kind-request-submitted = Ersuchen zur Freigabe eingereicht
kind-request-released = Ersuchen freigegeben und abgesandt
kind-request-received = Ersuchen eingegangen und vom Tor geprüft
kind-request-withdrawn = Ersuchen zurückgezogen
kind-request-overdue = Frist der Gegenseite verstrichen
kind-request-unanswered = Ohne Antwort geblieben
kind-screening-reviewed = Prüfung entschieden

## Quellen von Regeln

law-common-grounds = gemeinsame Grundregeln

## Stand einer Anfrage

inquiry-state-open = Offen
inquiry-state-filed = Antwort zur Freigabe
inquiry-state-released = Beantwortet

## Aufzeichnungen

record-kind-party = Partei
record-kind-contact-point = Kontaktstelle
record-kind-lifecycle-event = Stufe einer Kontaktstelle
record-kind-activation-rule = Regel der Inanspruchnahme
record-kind-resource-statement = Personal und Mittel
record-kind-mandate = Auftrag und Befugnisse
record-kind-mechanism = Konsultationsmechanismus
record-kind-round = Runde
record-kind-participation = Teilnahme
record-kind-agenda-item = Tagesordnungspunkt
record-kind-topic-statement = Angesprochenes Thema
record-kind-result = Ergebnis
record-kind-evaluation = Auswertung
record-kind-planned-round = Geplante Runde
record-kind-dialogue-format = Gesprächsformat
record-kind-comparable-mechanism = Vergleichbarer Mechanismus
record-kind-document = Dokument
record-kind-safeguard-rule = Schutzregel
record-kind-dossier = Dossier
record-kind-step = Schritt
record-kind-plan = Vorhaben
record-kind-external-event = Ereignis von außen
record-kind-knowledge-statement = Kenntnisstand
record-kind-nil-statement = Fehlanzeige
side-own = eigene Seite
side-counterpart = Gegenseite
side-joint = gemeinsam
side-third = dritte Seite
certainty-certain = gesichert
certainty-claimed = behauptet
certainty-corrected = berichtigt
certainty-unknown = nicht bekannt

## Angaben in Aufzeichnungen

field-achieved = Erreicht
field-actor = Handelnde Stelle
field-agencies = Stellen
field-agency = Stelle
field-aim = Ziel
field-amount = Betrag
field-approximate = Ungefähr
field-aspects = Gesichtspunkte
field-author = Verfasser
field-because = Begründung
field-body = Stelle
field-budget = Haushaltsmittel
field-by = Durch
field-cadence = Rhythmus
field-change = Änderung
field-changes = Änderungen
field-character = Charakter
field-criteria-catalogue = Kriterienkatalog
field-currency = Währung
field-dated = Datum
field-declared-by = Erklärt von
field-directions = Richtungen
field-document = Dokument
field-due = Fällig
field-ended-because = Beendet, weil
field-evaluated = Ausgewertet
field-evidence = Belege
field-exists = Vorhanden
field-first-held = Zuerst gehalten
field-from = Von
field-full-time-hundredths = Vollzeitanteile (Hundertstel)
field-function = Funktion
field-goal = Ziel
field-grades = Besoldungsgruppen
field-held = Stattgefunden
field-human-rights = Menschenrechte
field-kept-at = Aufbewahrt bei
field-knowledge = Kenntnis
field-knowledge-transfer = Wissenstransfer
field-known = Bekannt
field-laws = Gesetze
field-legislation-exchange = Austausch über Gesetzgebung
field-level = Ebene
field-locator = Fundstelle
field-matter = Sache
field-measure = Maßnahme
field-method = Verfahren
field-naming = Namensnennung
field-nature = Art
field-note = Anmerkung
field-number = Nummer
field-objectives = Ziele
field-operator = Betreiber
field-owner = Verantwortlich
field-parties = Parteien
field-party = Partei
field-period = Zeitraum
field-person = Person
field-phase = Phase
field-place = Ort
field-planned-for = Geplant für
field-posts = Stellen
field-power = Befugnis
field-powers = Befugnisse
field-preconditions = Voraussetzungen
field-protects = Schützt
field-published = Veröffentlicht
field-publisher = Herausgeber
field-raised = Angesprochen
field-raised-by = Angesprochen von
field-reached = Erreicht
field-reaction = Reaktion
field-result = Ergebnis
field-role = Rolle
field-rounds = Runden
field-rule = Regel
field-scope = Umfang
field-searched = Gesucht in
field-short = Kurzform
field-sought = Gesucht
field-staff = Personal
field-stage = Stufe
field-state = Stand
field-statement = Aussage
field-step = Schritt
field-summary = Zusammenfassung
field-superior = Übergeordnet
field-task = Aufgabe
field-theme = Thema
field-third-states = Drittstaaten
field-threshold = Schwelle
field-title = Titel
field-topics = Gegenstände
field-triggered-by = Ausgelöst von
field-unit = Einheit
field-units = Einheiten
field-until = Bis
field-urgencies = Dringlichkeiten
field-valid-from = Gültig ab
field-valid-until = Gültig bis
field-value = Wert
field-version = Fassung
field-waiting-for = Wartet auf
field-what = Was
field-year = Jahr
field-requester = Ersuchende Stelle
field-selectors = Kennungen
field-link = Bezug
field-kind = Art
field-selector = Kennung
field-attachments = Anlagen
field-proof = Nachweis
field-text = Text
field-conditions = Bedingungen

## Codes in Aufzeichnungen

value-directions-incoming = an uns
value-directions-outgoing = von uns
value-topic-situation = Lage der IT-Sicherheit
value-topics-situation = Lage der IT-Sicherheit
value-topic-cybercrime = Cyberkriminalität
value-topics-cybercrime = Cyberkriminalität
value-topic-sabotage = Sabotage
value-topics-sabotage = Sabotage
value-topic-terrorism-online = Terrorismus im Netz
value-topics-terrorism-online = Terrorismus im Netz
value-topic-other-criminal-acts-online = Andere Straftaten im Netz
value-topics-other-criminal-acts-online = Andere Straftaten im Netz
value-topic-critical-infrastructure = Kritische Infrastruktur
value-topics-critical-infrastructure = Kritische Infrastruktur
value-topic-legislation = Gesetzgebung
value-topics-legislation = Gesetzgebung
value-topic-product-security = Produktsicherheit
value-topics-product-security = Produktsicherheit
value-topic-data-transfer = Datenübermittlung
value-topics-data-transfer = Datenübermittlung
value-topic-economic-espionage = Wirtschaftsspionage
value-topics-economic-espionage = Wirtschaftsspionage
value-topic-human-rights = Menschenrechte
value-topics-human-rights = Menschenrechte
value-topic-organisation = Organisation
value-topics-organisation = Organisation
value-urgencies-emergency = Notfall (8 Std.)
value-urgencies-urgent-at-hand = Eilig, Daten zur Hand (8 Std.)
value-urgencies-urgent-elsewhere = Eilig, Daten anderswo (3 Tage)
value-urgencies-normal = Normal (7 Tage)
value-urgencies-planned = Planbar (30 Tage)
value-stage-agreed = vereinbart
value-stage-established = eingerichtet
value-stage-started-work = Arbeit aufgenommen
value-stage-suspended = ausgesetzt
value-stage-ended = beendet
value-stage-announced = angekündigt
value-stage-in-preparation = in Vorbereitung
value-stage-draft = Entwurf
value-stage-in-negotiation = in Verhandlung
value-stage-entering-into-force = tritt in Kraft
value-stage-concluded = abgeschlossen
value-stage-not-sought = nicht angestrebt
value-stage-not-known = nicht bekannt
value-state-announced = angekündigt
value-state-in-coordination = in Abstimmung
value-state-scheduled = terminiert
value-state-postponed = verschoben
value-state-done = erledigt
value-state-abandoned = aufgegeben
value-state-not-planned = nicht geplant
value-state-not-known = nicht bekannt
value-state-operational = arbeitsfähig
value-state-agreed-not-operational = vereinbart, nicht arbeitsfähig
value-state-established-not-operational = eingerichtet, nicht arbeitsfähig
value-state-suspended = ausgesetzt
value-state-ended = beendet
value-cadence-half-yearly = halbjährlich
value-cadence-yearly = jährlich
value-cadence-occasional = gelegentlich
value-cadence-once = einmalig
value-cadence-not-known = nicht bekannt
value-waiting-for-own = eigene Seite
value-waiting-for-counterpart = Gegenseite
value-waiting-for-both = beide
value-waiting-for-nobody = niemanden
value-waiting-for-not-known = nicht bekannt
value-nature-security-authority = Sicherheitsbehörde
value-nature-ministry = Ministerium
value-nature-diplomatic-mission = Auslandsvertretung
value-nature-cyber-authority = Cyberbehörde
value-nature-regulator = Aufsicht
value-nature-judiciary = Justiz
value-nature-military = Militär
value-nature-other = andere
value-role-chair = Vorsitz
value-role-delegate = Delegierte
value-role-observer = Beobachtung
value-role-lead = federführend
value-role-participating = beteiligt
value-naming-public = öffentlich
value-naming-withheld = nicht genannt
value-naming-not-known = nicht bekannt
value-raised-raised = angesprochen
value-raised-not-raised = nicht angesprochen
value-raised-unknown = nicht bekannt
value-known-known = bekannt
value-known-known-in-part = teilweise bekannt
value-known-not-known = nicht bekannt
value-known-contradictory = widersprüchlich
value-result-known = bekannt
value-result-known-in-part = teilweise bekannt
value-result-not-known = nicht bekannt
value-result-contradictory = widersprüchlich
value-held-yes = ja
value-held-no = nein
value-held-unknown = nicht bekannt
value-exists-yes = ja
value-exists-no = nein
value-exists-unknown = nicht bekannt
value-evaluated-yes = ja
value-evaluated-no = nein
value-evaluated-unknown = nicht bekannt
value-kind-joint-statement = gemeinsame Erklärung
value-kind-understanding = Verständigung
value-kind-contact-point = Kontaktstelle
value-kind-follow-up-talks = Folgegespräche
value-kind-disagreement = Dissens
value-kind-legislation = Gesetzgebung
value-kind-negotiation = Verhandlung
value-kind-investment-screening = Investitionsprüfung
value-kind-eu-initiative = EU-Initiative
value-kind-state = Staat
value-kind-international-organisation = internationale Organisation
value-document-joint-statement = gemeinsame Erklärung
value-document-memorandum-of-understanding = Absichtserklärung
value-document-press-release = Pressemitteilung
value-document-minutes = Niederschrift
value-document-internal-report = interner Bericht
value-document-status-note = Sachstand
value-document-inter-ministry-correspondence = Schriftverkehr zwischen Ressorts
value-document-intra-ministry-correspondence = Schriftverkehr im Ressort
value-phase-before = davor
value-phase-during = während
value-phase-after = danach
value-step-announcement = Ankündigung
value-step-statement = Erklärung
value-step-denial = Dementi
value-step-preliminary-talk = Vorgespräch
value-step-negotiation = Verhandlung
value-step-draft = Entwurf
value-step-adoption = Verabschiedung
value-step-parliamentary-answer = Antwort an das Parlament
value-step-report = Bericht
value-purpose-exchange = Austausch
value-purpose-joint-action-against-third = gemeinsames Vorgehen gegen Dritte
value-purpose-early-warning = Frühwarnung
value-purpose-arrangement = Absprache
value-purpose-future-subject = künftiges Thema
value-scope-substance = Inhalt
value-scope-organisation-and-procedure = Organisation und Ablauf
value-level-state-secretary = Staatssekretär
value-level-parliamentary-state-secretary = Parlamentarischer Staatssekretär
value-level-special-envoy = Sonderbeauftragte
value-level-directorate-general = Abteilung
value-level-directorate = Unterabteilung
value-level-division = Referat
value-level-subordinate-agency = nachgeordnete Behörde
value-level-diplomatic-mission = Auslandsvertretung
value-triggered-by-counterpart-contact-point = Kontaktstelle der Gegenseite
value-triggered-by-own-authority = eigene Behörde
value-triggered-by-officer-on-duty = Bereitschaft
value-triggered-by-head-of-contact-point = Leitung der Kontaktstelle
value-measure-gate = Tor
value-measure-review-before-disclosure = Prüfung vor Auskunft
value-measure-four-eyes = Vier-Augen-Prinzip
value-measure-symmetric-rules = gleiche Regeln für beide
value-measure-lapse-yields-nothing = Fristablauf ergibt nichts
value-measure-neutral-answer = neutrale Antwort
value-protects-journalists = Journalisten
value-protects-bloggers = Blogger
value-protects-human-rights-defenders = Menschenrechtsverteidiger
value-protects-religious-minorities = religiöse Minderheiten
value-protects-ethnic-minorities = ethnische Minderheiten
value-protects-lawyers = Anwälte
value-protects-whistleblowers = Hinweisgeber
value-protects-political-opposition = politische Opposition
value-theme-it-legislation = IT-Gesetzgebung
value-theme-privacy-by-design = Datenschutz durch Technik
value-theme-security-by-design = Sicherheit durch Technik
value-theme-digital-infrastructure = digitale Infrastruktur
value-theme-export-infrastructure-third-states = Ausfuhr von Infrastruktur in Drittstaaten
value-theme-anonymisation-tor = Anonymisierung, Tor
