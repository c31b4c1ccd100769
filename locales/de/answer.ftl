# Words of answers to parliamentary inquiries. Codes follow crate records; see crate oversight.

## How the words of findings are marked

answer-not-recorded = Hierzu ist im Journal nichts erfasst. Daraus folgt nicht, dass es den Sachverhalt nicht gab.
answer-said-claimed = { $sentence } (nicht gesichert; Grundlage: { $sources }).
answer-said-corrected = { $sentence } (berichtigte Angabe; Grundlage: { $sources }).
answer-said-unknown = { $sentence }. Ausgewertet: { $sources }.
answer-standing-certain = gesichert ({ $sources })
answer-standing-claimed = nicht gesichert ({ $sources })
answer-standing-corrected = berichtigt ({ $sources })
answer-standing-unknown = nicht bekannt (ausgewertet: { $sources })
answer-own-record = eigene Aufzeichnung
answer-search = Zu „{ $sought }“: { $statement }.
answer-search-as-of = Zu „{ $sought }“ (Stand: { $date }): { $statement }.
answer-searched = Ausgewertet wurden: { $places }.
answer-nil = { $what }: Fehlanzeige, erklärt von { $by }.
answer-nothing-recorded = nicht erfasst
answer-list-and = { $front } und { $last }
answer-all = alle
answer-everybody = alle Personen
answer-about = etwa { $number }
answer-exactly = { $number }
answer-decimal = { $whole },{ $hundredths }
answer-version = Fassung { $version }, gültig ab { $date }
answer-premise = Die Anfrage nennt für „{ $subject }“ den { $wrong } ({ $wrong_source }). Richtig ist der { $right } ({ $right_source }).
answer-withheld-records = Nicht berücksichtigt sind { $count } Aufzeichnungen, die nicht für die Öffentlichkeit gekennzeichnet sind.

## Dates

answer-day = { $day }. { $month } { $year }
answer-month-of = { $month } { $year }
answer-month-1 = Januar
answer-month-2 = Februar
answer-month-3 = März
answer-month-4 = April
answer-month-5 = Mai
answer-month-6 = Juni
answer-month-7 = Juli
answer-month-8 = August
answer-month-9 = September
answer-month-10 = Oktober
answer-month-11 = November
answer-month-12 = Dezember
answer-from-until = { $from } bis { $until }

## Sides and states; where there is no name of its own, the short name stands

answer-side = Seite { $party }
answer-side-de = deutsche Seite
answer-side-cn = chinesische Seite
answer-of-side = der Seite { $party }
answer-of-side-de = der deutschen Seite
answer-of-side-cn = der chinesischen Seite
answer-state = { $party }
answer-state-de = Bundesrepublik Deutschland
answer-state-cn = Volksrepublik China
answer-state-us = Vereinigte Staaten von Amerika
answer-state-jp = Japan
answer-state-in = Indien
answer-state-eu = Europäische Union

## Rounds

answer-round-held = Die { $number }. Runde fand am { $when } in { $place } statt.
answer-round-held-somewhere = Die { $number }. Runde fand am { $when } statt.
answer-round-yes = Die { $number }. Runde hat stattgefunden.
answer-round-no = Die { $number }. Runde hat nicht stattgefunden.
answer-round-unknown = Ob die { $number }. Runde stattgefunden hat, ist nicht bekannt.
answer-participants-caption = Teilnehmende der { $number }. Runde, nach Seiten
answer-name-withheld = nicht benannt
answer-name-not-known = nicht bekannt
answer-agency = Von { $side } beteiligt: { $agency } ({ $nature }).
answer-subjects-caption = Gegenstände der { $number }. Runde
answer-hr-raised = In der { $number }. Runde mit menschenrechtlichem Bezug angesprochen ({ $count }): { $themes }.
answer-hr-not-raised = In der { $number }. Runde nicht mit menschenrechtlichem Bezug angesprochen ({ $count }): { $themes }.
answer-hr-unknown = Für die { $number }. Runde nicht bekannt ({ $count }): { $themes }.
answer-theme-raised = „{ $subject }“: angesprochen.
answer-theme-not-raised = „{ $subject }“: nicht angesprochen.
answer-theme-unknown = „{ $subject }“: Ob das Thema angesprochen wurde, ist nicht bekannt.
answer-aim-and-result = Ziel: { $aim }; Ergebnis: { $result }.
answer-documents = Erfasst sind: vorhanden { $yes }, nicht entstanden { $no }, Vorhandensein nicht bekannt { $unknown }. Einzelheiten enthält die Tabelle.
answer-documents-caption = Dokumente zur { $number }. Runde
answer-next-round-caption = Stand der Planung der { $number }. Runde, nach Datum der Angabe

## Other formats and mechanisms

answer-formats = Erfasst sind folgende Formate zwischen den Seiten.
answer-formats-caption = Formate
answer-comparable-yes = Ja. Vergleichbare Mechanismen sind verzeichnet mit: { $states }.
answer-comparable-claimed = Die Angaben sind nicht gesichert; die Quelle ist jeweils genannt.
answer-comparable-no = Nein. Verzeichnet ist, dass es keine gab mit: { $states }.
answer-comparable-unknown = Nicht bekannt für: { $states }.
answer-comparable-rounds = Die Aufstellung enthält nur belegte Runden; weitere können stattgefunden haben.
answer-comparable-caption = Vergleichbare Mechanismen, nach Staaten
answer-round-of = Runde { $number }: { $held }
answer-at-least = mindestens { $number }

## Contact points

answer-lifecycle-nothing = Zur Kontaktstelle { $side } ist nichts erfasst.
answer-lifecycle-not-known = Für die Kontaktstelle { $side } ist keine Stufe der Einrichtung belegt.
answer-lifecycle-agreed-not-operational = Die Kontaktstelle { $side } ist vereinbart. Dass sie eingerichtet wurde oder ihre Arbeit aufgenommen hat, ist nicht belegt.
answer-lifecycle-established-not-operational = Die Kontaktstelle { $side } ist eingerichtet. Dass sie ihre Arbeit aufgenommen hat, ist nicht belegt.
answer-lifecycle-operational = Die Kontaktstelle { $side } ist eingerichtet und hat ihre Arbeit aufgenommen.
answer-lifecycle-suspended = Die Arbeit der Kontaktstelle { $side } ruht.
answer-lifecycle-ended = Die Kontaktstelle { $side } besteht nicht mehr.
answer-lifecycle-agreed-on = Datum der Vereinbarung: { $date }.
answer-lifecycle-caption = Einrichtung und Arbeitsaufnahme der Kontaktstellen
answer-of-contact-point = Kontaktstelle { $side }, Stand { $date }: { $statement }.
answer-resources-caption = Personal- und Finanzmittel der Kontaktstelle { $side }
answer-level = Ebene: { $level }; vorgesetzt: { $superior }.
answer-powers-caption = Befugnisse der Kontaktstelle { $side }
answer-units-caption = Eingebundene Stellen der Kontaktstelle { $side }
answer-rules-none = Für den Echtbetrieb sind keine Regeln erfasst. Daraus folgt nicht, dass es keine gibt.
answer-activation-real = Für den Echtbetrieb gelten die folgenden Regeln.
answer-activation-caption = Voraussetzungen für die Einschaltung der Kontaktstelle
answer-activation-exercise = Für den Übungsbetrieb gelten die folgenden Regeln. Sie sagen nichts über den Echtbetrieb.
answer-activation-caption-exercise = Voraussetzungen für die Einschaltung der Kontaktstelle im Übungsbetrieb
answer-safeguard-real = Für den Echtbetrieb gelten die folgenden Regeln.
answer-safeguard-caption = Regeln gegen Missbrauch
answer-safeguard-exercise = Für den Übungsbetrieb gelten die folgenden Regeln. Sie sagen nichts über den Echtbetrieb.
answer-safeguard-caption-exercise = Regeln gegen Missbrauch im Übungsbetrieb
answer-screenings-not-opened = Wie oft Anfragen geprüft, angehalten oder abgelehnt wurden, steht im Journal, wird aber nicht öffentlich geöffnet. Dass geprüft wurde, ist hier insoweit eine Angabe ohne Nachweis.

## Exchange

answer-no-log = Ein Journal des Austauschs mit { $side } ist nicht eingerichtet.
answer-requests-zero-until = Keine. Bis einschließlich { $date } ist im Echtbetrieb keine Anfrage verzeichnet; Übungen sind nicht mitgezählt.
answer-requests-zero-whole = Keine. Im Echtbetrieb ist seit Beginn des Journals keine Anfrage verzeichnet; Übungen sind nicht mitgezählt.
answer-requests-some-until = Bis einschließlich { $date } sind im Echtbetrieb { $count } Anfragen verzeichnet; Übungen sind nicht mitgezählt.
answer-requests-some-whole = Seit Beginn des Journals sind im Echtbetrieb { $count } Anfragen verzeichnet; Übungen sind nicht mitgezählt.
answer-gap-zero-until = Nein. Bis einschließlich { $date } steht im Echtbetrieb jedem Auskunftsersuchen eine erteilte Auskunft gegenüber; Übungen sind nicht mitgezählt.
answer-gap-zero-whole = Nein. Seit Beginn des Journals steht im Echtbetrieb jedem Auskunftsersuchen eine erteilte Auskunft gegenüber; Übungen sind nicht mitgezählt.
answer-gap-some-until = Ja. Bis einschließlich { $date } wurde im Echtbetrieb auf { $count } Auskunftsersuchen keine Auskunft erteilt; Übungen sind nicht mitgezählt.
answer-gap-some-whole = Ja. Seit Beginn des Journals wurde im Echtbetrieb auf { $count } Auskunftsersuchen keine Auskunft erteilt; Übungen sind nicht mitgezählt.
answer-gap-empty-until = Nein. Bis einschließlich { $date } ist im Echtbetrieb kein Auskunftsersuchen verzeichnet; eine Differenz und Gründe gibt es deshalb nicht. Übungen sind nicht mitgezählt.
answer-gap-empty-whole = Nein. Seit Beginn des Journals ist im Echtbetrieb kein Auskunftsersuchen verzeichnet; eine Differenz und Gründe gibt es deshalb nicht. Übungen sind nicht mitgezählt.
answer-log-since = Gezählt wurde im Journal { $log }. Sein erster Eintrag ist vom { $date }; alle { $size } Einträge liegen offen, daher ist auch eine Null nachgewiesen.
answer-log-empty = Gezählt wurde im Journal { $log }. Es enthält keinen Eintrag; seit wann es geführt wird, ist daraus nicht ersichtlich.
answer-log-later = Das Journal beginnt nach dem Stichtag { $date }. Über Kontakte vor seinem Beginn sagt es nichts aus.
answer-log-self-signed = Das Journal { $log } hat außer der Stelle, die es führt, niemand bestätigt. Beleggrad: selbst signiert.
answer-log-witnessed = Für die ersten { $size } Einträge des Journals { $log } und damit für alles hier Gezählte haben sich auch andere verbürgt: { $witnesses }. Beleggrad: { $grade }.
answer-one-log = Ein Auszug aus dem Journal { $side } liegt nicht vor. Der Nachweis beruht allein auf dem eigenen Journal.
answer-both-logs-agree = Das Journal der Gegenseite ({ $log }, { $size } Einträge) ergibt dieselben Zahlen; Abweichungen: { $count }.
answer-both-logs-differ = Das Journal der Gegenseite ({ $log }, { $size } Einträge) weicht ab; Abweichungen: { $count }, siehe Tabelle.
answer-discrepancies-caption = Abweichungen zwischen den Journalen beider Seiten (einschließlich Übungen)
answer-requests-caption-until = Anfragen im Echtbetrieb bis einschließlich { $date }, nach Themen und Seiten
answer-requests-caption-whole = Anfragen im Echtbetrieb seit Beginn des Journals, nach Themen und Seiten
answer-requests-caption-exercise = Anfragen in Übungen seit Beginn des Journals, nach Themen und Seiten
answer-gap-caption-until = Verbleib im Echtbetrieb bis einschließlich { $date }, nach Themen
answer-gap-caption-whole = Verbleib im Echtbetrieb seit Beginn des Journals, nach Themen
answer-gap-caption-exercise = Verbleib in Übungen seit Beginn des Journals, nach Themen
answer-reasons-caption-until = Mitgeteilte Gründe, wenn keine Auskunft erteilt wurde, im Echtbetrieb bis einschließlich { $date }
answer-reasons-caption-whole = Mitgeteilte Gründe, wenn keine Auskunft erteilt wurde, im Echtbetrieb seit Beginn des Journals
answer-reasons-caption-exercise = Mitgeteilte Gründe, wenn keine Auskunft erteilt wurde, in Übungen seit Beginn des Journals
answer-requests-of = Anfragen { $side }
answer-in-exercise = Übung
answer-what-requests = Anfragen { $side }
answer-what-answered = Anfragen { $side }, beantwortet
answer-what-without-information = Anfragen { $side }, ohne Auskunft beantwortet
answer-what-unanswered = Anfragen { $side }, nicht beantwortet
answer-what-open = Anfragen { $side }, offen
answer-what-withdrawn = Anfragen { $side }, zurückgenommen
answer-what-pings = Erreichbarkeitsprüfungen { $side }
answer-what-reason-x1 = Anfragen { $side }, ohne Auskunft: Angaben unvollständig
answer-what-reason-x2 = Anfragen { $side }, ohne Auskunft: außerhalb des Auftrags der Kontaktstelle
answer-what-reason-x3 = Anfragen { $side }, ohne Auskunft: rechtlicher Grund
answer-what-reason-x4 = Anfragen { $side }, ohne Auskunft: keine Auskunft möglich (ohne nähere Angabe)
answer-definition-requests = Nachrichten der Art Auskunftsersuchen, nach der Seite, die sie gestellt hat.
answer-definition-answered = Auskunftsersuchen, auf die die andere Seite geantwortet hat, gleich mit welchem Ergebnis, und deren Antwort der ersuchenden Seite ausgehändigt ist.
answer-definition-without-information = Auskunftsersuchen, deren letzte Antwort weder voll noch teilweise Auskunft gibt.
answer-definition-unanswered = Auskunftsersuchen ohne Antwort und ohne Rücknahme, deren Frist zum Stand der Antwort abgelaufen war.
answer-definition-open = Auskunftsersuchen ohne Antwort und ohne Rücknahme, deren Frist zum Stand der Antwort noch lief.
answer-definition-withdrawn = Auskunftsersuchen, die die ersuchende Seite vor einer Antwort zurückgenommen hat.
answer-definition-pings = Nachrichten der Art Erreichbarkeitsprüfung, nach der Seite, die sie gesandt hat.
answer-definition-reason-x1 = Auskunftsersuchen, deren letzte Antwort keine Auskunft gibt und als Grund nennt: Angaben unvollständig.
answer-definition-reason-x2 = Auskunftsersuchen, deren letzte Antwort keine Auskunft gibt und als Grund nennt: außerhalb des Auftrags der Kontaktstelle.
answer-definition-reason-x3 = Auskunftsersuchen, deren letzte Antwort keine Auskunft gibt und als Grund nennt: rechtlicher Grund.
answer-definition-reason-x4 = Auskunftsersuchen, deren letzte Antwort keine Auskunft gibt und als Grund nennt: keine Auskunft möglich (ohne nähere Angabe).
answer-period-until = Gezählt bis einschließlich { $date } (UTC), nach dem Zeitpunkt der Nachricht.
answer-period-whole = Gezählt über das gesamte Journal.
answer-scope-real = Übungen sind nicht enthalten.
answer-scope-exercise = Nur Übungen; keine echten Vorgänge.

## Dossiers, plans, events

answer-dossier = { $subject }: { $stage } (Stand { $date }). { $statement }.
answer-dossier-goal = Ziel oder Gegenstand: { $goal }.
answer-catalogue-yes = Ein Kriterienkatalog liegt vor.
answer-catalogue-no = Ein Kriterienkatalog liegt nicht vor.
answer-catalogue-unknown = Ob ein Kriterienkatalog vorliegt, ist nicht bekannt.
answer-dossier-agencies-caption = Befasste Stellen: { $subject }
answer-steps = Verzeichnet sind die folgenden Vorgänge.
answer-steps-caption = Vorgänge nach Datum
answer-plan = { $what }: { $state } (Stand { $date }).
answer-plan-due = Zieldatum: { $date }.
answer-event = { $name }, { $date }.
answer-aspects-caption = Aspekte: { $name }

## Demands that no finding answers

answer-reserved-assessment = Die Frage verlangt eine Bewertung. Sie wird nicht aus Aufzeichnungen erzeugt und bleibt der zuständigen Person vorbehalten.
answer-reserved-plan = Die Frage verlangt eine Aussage über Absichten. Sie wird nicht aus Aufzeichnungen erzeugt und bleibt der zuständigen Person vorbehalten.
answer-offered = Als Unterlage liegt das Folgende vor.
answer-offered-caption = Unterlagen
answer-refers = Auf die Antwort zu { $key } wird verwiesen.
answer-classified = Die Antwort ist eingestuft ({ $level }) und gesondert übermittelt.
answer-demand = Frage { $key }
answer-demand-sentence = Frage { $key }, Satz { $sentence }
answer-unbound = Der Frage ist noch keine Auswertung zugeordnet.
answer-condition-affirmed = Entfällt, weil { $key } bejaht ist.
answer-condition-denied = Entfällt, weil { $key } verneint ist.
answer-condition-known = Entfällt, weil zu { $key } Angaben vorliegen.
answer-condition-fell = Entfällt mit { $key }.
answer-condition-open = Ob die Voraussetzung zutrifft, ist nicht bekannt (siehe { $key }); die Anschlussfrage lässt sich deshalb nicht beantworten.

## Summary

answer-summary = { $answered } von { $total } Fragen sind aus Aufzeichnungen beantwortet.
answer-summary-definition = Gezählt sind Fragen, deren Hauptteil aus Journal oder Aufzeichnungen beantwortet ist, einschließlich nachgewiesener Fehlanzeigen und Angaben darüber, was gesucht wurde und nicht bekannt ist. Nicht gezählt sind Fragen, zu denen nichts erfasst ist oder die einer Person vorbehalten sind.
answer-summary-kinds = Einzelne Fragen und Teilfragen: { $demands }. Davon: { $kinds }.
answer-summary-grades = Aufzeichnungen, auf denen Antworten beruhen, nach Beleggrad ihrer Einträge im Journal: { $grades }. »Selbst signiert« heißt, dass allein die antwortende Stelle für den Eintrag einsteht; bei höheren Graden könnte sie ihn nicht mehr unbemerkt ändern.

## Kinds of answer

answer-kind-facts = Angaben aus Aufzeichnungen
answer-kind-table = Aufstellung
answer-kind-count = Zahl aus vollständigem Journal
answer-kind-none = Fehlanzeige
answer-kind-not-known = Nicht bekannt
answer-kind-not-recorded = Nicht erfasst
answer-kind-refers = Verweis
answer-kind-not-applicable = Entfällt
answer-kind-planned = Geplant
answer-kind-undecided = Noch nicht entschieden
answer-kind-outside-responsibility = Außerhalb der Zuständigkeit
answer-kind-assessment = Einer Person vorbehalten
answer-kind-classified = Eingestuft
answer-kind-refused = Verweigert
answer-kind-withheld = Zurückgehalten
answer-kind-unbound = Noch nicht zugeordnet

## Codes: yes or no

answer-truth-yes = ja
answer-truth-no = nein
answer-truth-unknown = nicht bekannt

## Codes: topics

answer-topic-situation = Cybersicherheitslage
answer-topic-cybercrime = IT-Kriminalität
answer-topic-sabotage = Sabotage
answer-topic-terrorism-online = Terroristische Aktivitäten online
answer-topic-other-criminal-acts-online = Sonstige Straftaten online
answer-topic-critical-infrastructure = Kritische Infrastruktur
answer-topic-legislation = Gesetzgebung
answer-topic-product-security = Produktsicherheit
answer-topic-data-transfer = Datenverkehr
answer-topic-economic-espionage = Wirtschaftsspionage
answer-topic-human-rights = Menschenrechte
answer-topic-organisation = Organisation
answer-topic-unreadable = ohne lesbares Thema
answer-topic-all = Summe
answer-topic-pings = Erreichbarkeitsprüfungen (ohne Thema)

## Codes: reasons that the other side is told

answer-reason-x1 = Angaben unvollständig
answer-reason-x2 = außerhalb des Auftrags der Kontaktstelle
answer-reason-x3 = rechtlicher Grund
answer-reason-x4 = keine Auskunft möglich (ohne nähere Angabe)

## Codes: agencies

answer-agency-security-authority = Sicherheitsbehörde
answer-agency-ministry = Ministerium
answer-agency-diplomatic-mission = Auslandsvertretung
answer-agency-cyber-authority = Behörde für IT-Sicherheit
answer-agency-regulator = Regulierungsbehörde
answer-agency-judiciary = Justiz
answer-agency-military = Militär
answer-agency-other = sonstige Stelle

## Codes: roles in a meeting

answer-meeting-role-chair = Leitung
answer-meeting-role-delegate = Mitglied der Delegation
answer-meeting-role-observer = Beobachtung

## Codes: phases

answer-phase-before = vor der Runde
answer-phase-during = während der Runde
answer-phase-after = nach der Runde

## Codes: documents

answer-document-joint-statement = Gemeinsame Erklärung
answer-document-memorandum-of-understanding = Memorandum of Understanding
answer-document-press-release = Pressemitteilung
answer-document-minutes = Protokoll
answer-document-internal-report = Bericht zur internen Nutzung
answer-document-status-note = Sachstand
answer-document-inter-ministry-correspondence = Korrespondenz zwischen Ministerien
answer-document-intra-ministry-correspondence = Korrespondenz innerhalb eines Ministeriums
answer-document-cable = Drahtbericht
answer-document-embassy-report = Botschaftsbericht
answer-document-non-paper = Non-Paper
answer-document-parliamentary-paper = Drucksache
answer-document-letter = Schreiben
answer-document-press-report = Pressebericht
answer-document-other = sonstiges Dokument

## Codes: plans

answer-plan-state-announced = angekündigt, ohne Termin
answer-plan-state-in-coordination = in Abstimmung
answer-plan-state-scheduled = Termin gemeldet
answer-plan-state-postponed = verschoben
answer-plan-state-done = erledigt
answer-plan-state-abandoned = aufgegeben
answer-plan-state-not-planned = nicht vorgesehen
answer-plan-state-not-known = nicht bekannt

## Codes: validity of a statement

answer-validity-current = jüngste Angabe
answer-validity-superseded = überholt

## Codes: cadence

answer-cadence-half-yearly = halbjährlich
answer-cadence-yearly = jährlich
answer-cadence-occasional = anlassbezogen
answer-cadence-once = einmalig
answer-cadence-not-known = nicht bekannt

## Codes: stages of a contact point

answer-stage-agreed = vereinbart
answer-stage-established = eingerichtet
answer-stage-started-work = Arbeit aufgenommen
answer-stage-suspended = ruhend
answer-stage-ended = beendet

## Codes: levels

answer-level-state-secretary = Staatssekretär
answer-level-parliamentary-state-secretary = Parlamentarischer Staatssekretär
answer-level-special-envoy = Sonderbeauftragte Person
answer-level-directorate-general = Abteilung
answer-level-directorate = Unterabteilung
answer-level-division = Referat
answer-level-subordinate-agency = nachgeordnete Behörde
answer-level-diplomatic-mission = Auslandsvertretung

## Codes: urgency

answer-urgency-emergency = Notfall
answer-urgency-urgent-at-hand = eilig, Angaben liegen vor
answer-urgency-urgent-elsewhere = eilig, Angaben liegen anderswo
answer-urgency-normal = gewöhnlich
answer-urgency-planned = geplant

## Codes: who may call on the contact point

answer-trigger-counterpart-contact-point = Kontaktstelle der Gegenseite
answer-trigger-own-authority = eigene Behörde
answer-trigger-officer-on-duty = diensthabende Person
answer-trigger-head-of-contact-point = Leitung der Kontaktstelle

## Codes: safeguards

answer-measure-gate = Vorprüfung
answer-measure-review-before-disclosure = Entscheidung durch Menschen
answer-measure-four-eyes = Vier-Augen-Prinzip
answer-measure-symmetric-rules = gleiche Regeln für beide Seiten
answer-measure-lapse-yields-nothing = Fristablauf gibt nichts frei
answer-measure-neutral-answer = neutrale Ablehnung
answer-measure-conditions = Bedingungen
answer-measure-independent-control = unabhängige Kontrolle

## Codes: directions

answer-direction-incoming = eingehend
answer-direction-outgoing = ausgehend

## Codes: protected groups

answer-group-journalists = Journalistinnen und Journalisten
answer-group-bloggers = Bloggerinnen und Blogger
answer-group-human-rights-defenders = Menschenrechtsverteidigerinnen und Menschenrechtsverteidiger
answer-group-religious-minorities = religiöse Minderheiten
answer-group-ethnic-minorities = ethnische Minderheiten
answer-group-lawyers = Rechtsanwältinnen und Rechtsanwälte
answer-group-whistleblowers = Hinweisgebende
answer-group-political-opposition = politische Opposition

## Codes: stages of a dossier

answer-dossier-stage-announced = angekündigt
answer-dossier-stage-in-preparation = in Vorbereitung
answer-dossier-stage-draft = Entwurf
answer-dossier-stage-in-negotiation = in Verhandlung
answer-dossier-stage-entering-into-force = vor dem Inkrafttreten
answer-dossier-stage-concluded = abgeschlossen
answer-dossier-stage-not-sought = nicht angestrebt
answer-dossier-stage-not-known = Stand nicht bekannt

## Codes: roles in a dossier

answer-dossier-role-lead = federführend
answer-dossier-role-participating = beteiligt

## Codes: steps

answer-step-announcement = Ankündigung
answer-step-statement = Äußerung
answer-step-denial = Dementi
answer-step-preliminary-talk = Vorgespräch
answer-step-negotiation = Verhandlung
answer-step-draft = Entwurf
answer-step-adoption = Verabschiedung
answer-step-parliamentary-answer = Antwort an das Parlament
answer-step-report = Bericht

## Codes: records

answer-record-party = Partei
answer-record-contact-point = Kontaktstelle
answer-record-lifecycle-event = Stufe der Einrichtung
answer-record-activation-rule = Einschaltregel
answer-record-resource-statement = Mittel
answer-record-mandate = Auftrag
answer-record-mechanism = Mechanismus
answer-record-round = Runde
answer-record-participation = Teilnahme
answer-record-agenda-item = Tagesordnungspunkt
answer-record-topic-statement = Thema
answer-record-result = Ergebnis
answer-record-evaluation = Auswertung
answer-record-planned-round = geplante Runde
answer-record-dialogue-format = Format
answer-record-comparable-mechanism = vergleichbarer Mechanismus
answer-record-document = Dokument
answer-record-safeguard-rule = Schutzregel
answer-record-dossier = Vorgang
answer-record-step = Schritt
answer-record-plan = Vorhaben
answer-record-external-event = Ereignis
answer-record-knowledge-statement = Erkenntnisstand
answer-record-nil-statement = Fehlanzeige

## Heads of tables

answer-head-side = Seite
answer-head-agency = Stelle
answer-head-unit = Einheit
answer-head-person = Person
answer-head-function = Funktion
answer-head-role = Rolle
answer-head-standing = Kenntnisstand
answer-head-subject = Gegenstand
answer-head-topic = Thema
answer-head-raised-by = eingebracht von
answer-head-position = Inhalt
answer-head-result = Ergebnis
answer-head-document = Dokument
answer-head-document-kind = Art
answer-head-phase = Zeitpunkt
answer-head-exists = vorhanden
answer-head-published = veröffentlicht
answer-head-author = Urheber
answer-head-date = Datum
answer-head-as-of = Stand
answer-head-state = Planung
answer-head-planned-for = geplant für
answer-head-place = Ort
answer-head-validity = Geltung
answer-head-format = Format
answer-head-number = Zahl
answer-head-legislation = behandelt IT-Gesetzgebung
answer-head-transfer = Wissenstransfer
answer-head-state-with = Staat
answer-head-mechanism = Mechanismus
answer-head-times = Anzahl der Runden
answer-head-first-held = erstmals
answer-head-cadence = Turnus
answer-head-rounds = belegte Runden
answer-head-remark = Bemerkung
answer-head-stage = Stufe
answer-head-reached = erreicht
answer-head-item = Posten
answer-head-year = Jahr oder Einstufung
answer-head-amount = Betrag oder Zahl
answer-head-posts = Stellen
answer-head-full-time = Vollzeitäquivalente
answer-head-power = Befugnis
answer-head-legal-basis = Rechtsgrundlage
answer-head-level = Ebene
answer-head-task = Aufgabe
answer-head-rule = Regel
answer-head-topics = Themen
answer-head-urgencies = Dringlichkeit
answer-head-triggered-by = Auslösung durch
answer-head-preconditions = Voraussetzungen
answer-head-threshold = Schwelle
answer-head-valid = Geltung der Regel
answer-head-measure = Maßnahme
answer-head-directions = Richtung
answer-head-protects = schützt
answer-head-requests = gestellt
answer-head-answered = beantwortet
answer-head-without-information = davon ohne Auskunft
answer-head-unanswered = nicht beantwortet
answer-head-open = offen
answer-head-withdrawn = zurückgenommen
answer-head-reason = Grund
answer-head-difference = Abweichung
answer-head-own-log = eigenes Journal
answer-head-counterpart-log = Journal der Gegenseite
answer-head-step = Art
answer-head-content = Inhalt der Aufzeichnung
answer-head-actor = handelnde Seite
answer-head-reaction = Reaktion
answer-head-aspect = Aspekt
answer-head-discussed = behandelt
answer-head-part-played = Rolle dabei
answer-head-record = Art der Aufzeichnung

## The page

answer-page-exercise = Übung. Dieses Dokument ist im Übungsbetrieb entstanden und keine Antwort einer Regierung.
answer-page-on-inquiry = Antwort auf die Anfrage { $value }
answer-page-fraction = Fraktion
answer-page-askers = Fragestellende
answer-page-dated = Anfrage vom
answer-page-issuer = Antwortende Stelle
answer-page-generated = Stand der Antwort
answer-page-cut-off = Stichtag der Zählungen
answer-page-position = Journal
answer-page-entries = { $value } Einträge
answer-page-root = Baumkopf
answer-page-summary = Zusammenfassung
answer-page-remarks = Vorbemerkung
answer-page-questions = Fragen
answer-page-question = Frage { $value }
answer-page-to-part = Zu { $value }
answer-page-note = Vermerk:
answer-page-exercise-table = Übung:
answer-page-evidence = Belege und Zählweise
answer-page-records = Aufzeichnungen im Journal:
answer-page-entry = Eintrag { $value }
answer-page-figures = Zahlen und was gezählt wurde
answer-page-figure = Zahl
answer-page-value = Wert
answer-page-counterpart-value = Wert im Journal der Gegenseite
answer-page-definition = Gezählt wurde
answer-page-grade = Beleggrad
answer-page-draft = Entwurf. Dieses Dokument ist nicht freigegeben und nicht gesiegelt; niemand antwortet damit.
answer-page-status = Stand
answer-page-released = freigegeben und gesiegelt
answer-page-grades-text = Beleggrade: »selbst signiert« – nur die Stelle, die das Journal führt, steht dafür ein; »von der Gegenseite bezeugt« – auch die andere Seite hat den Stand des Journals gegengezeichnet; »von Zeugen bezeugt« – so viele unabhängige Zeugen, wie die Zeugenordnung verlangt, haben gegengezeichnet.
answer-grade-self-signed = selbst signiert
answer-grade-peer-witnessed = von der Gegenseite bezeugt
answer-grade-quorum-witnessed = von Zeugen bezeugt
answer-page-sources = Quellen
answer-page-checking = Nachprüfung
answer-page-checking-text = Die Datei answer.json enthält diese Antwort mit allen Belegen. Das folgende Programm prüft sie ohne Netz: Es rechnet die Journale nach, wertet jede Frage neu aus und vergleicht Wort für Wort und Zahl für Zahl.
