# Die Worte der Konsole.

## Rahmen

product = Kontaktstelle
skip = Zum Inhalt springen
title-error = Fehler:
exercise = Übung
exercise-bar = Nichts auf diesen Seiten zählt als wirklich.
language-choose = Sprache wählen
sign-out = Abmelden
nav = Hauptnavigation
nav-situation = Lage
nav-requests = Ersuchen
nav-journal = Journal
nav-records = Aufzeichnungen
nav-inquiries = Parlament
nav-peers = Gegenstellen
crumbs = Sie sind hier
footer = Jede Handlung steht im Journal.
accessibility = Barrierefreiheit
to-situation = Zur Lage
cancel = Abbrechen
optional = (freiwillig)
yes = ja
no = nein
never = noch nie
not-known = nicht bekannt
not-given = ohne Angabe
of = von
choice-all = alle
choice-none = – bitte wählen –
downloads = Zum Herunterladen
no-subject = (ohne Betreff)

## Zeiten

span-days = { $count ->
       [one] 1 Tag
      *[other] { $count } Tage
    }
span-hours = { $count } Std.
span-minutes = { $count } Min.
span-moment = unter 1 Min.
ago = vor { $span }
clock-not-started = Frist läuft noch nicht
clock-stopped = Uhr steht
clock-left = noch { $span }
clock-overdue = seit { $span } überfällig
clock-rule = Die Uhr läuft von der Absendung bis zur Antwort. Läuft sie ab, gilt nichts als erteilt.

## Anmelden

sign-in = Anmelden
sign-in-lead = Arbeitsplatz der Kontaktstelle
sign-in-limits = Nach 30 Minuten ohne Handlung und spätestens nach 12 Stunden werden Sie abgemeldet.
field-name = Name
field-password = Kennwort

## Was nicht getan wurde

refusal-kept-label = Was bleibt
refusal-next-label = Was Sie tun können
refusal-kept = Am Vorgang wurde nichts geändert.
refusal-kept-journalled = Am Vorgang wurde nichts geändert. Dass abgelehnt wurde und warum, steht im Journal.
refusal-sign-in-kept = Ihr Name steht noch im Formular.
refusal-refused-title = Das lassen die Regeln nicht zu
refusal-refused-next = Bitten Sie eine andere Person mit der passenden Rolle, oder beheben Sie den genannten Grund.
refusal-no-permit = Keine Regel erlaubt Ihrer Rolle diese Handlung.
refusal-not-authenticated-title = Name oder Kennwort ist falsch
refusal-not-authenticated-next = Prüfen Sie beides und versuchen Sie es noch einmal. Nach mehreren Fehlversuchen wird der Name für eine Weile gesperrt.
refusal-locked-title = Zu viele Fehlversuche
refusal-locked-next = { $count ->
       [one] Versuchen Sie es in einer Minute noch einmal.
      *[other] Versuchen Sie es in { $count } Minuten noch einmal.
    }
refusal-not-now-title = Dieser Schritt ist jetzt nicht möglich
refusal-not-now-next = Öffnen Sie den Vorgang neu; vielleicht hat inzwischen jemand anderes gehandelt.
refusal-not-now-state = Der Vorgang steht auf: { $state }
refusal-no-such-title = Das gibt es nicht
refusal-no-such-next = Prüfen Sie die Angabe oder gehen Sie über die Liste.
refusal-exists-title = Das gibt es schon
refusal-exists-next = Öffnen Sie das Vorhandene.
refusal-invalid-title = Eine Angabe ist nicht verwendbar
refusal-invalid-next = Berichtigen Sie die Angabe. Ihre Eingaben stehen noch im Formular; nur Dateien müssen Sie neu wählen.
refusal-fingerprint-differs-title = Der Fingerabdruck stimmt nicht
refusal-fingerprint-differs-next = Erkennen Sie diese Schlüssel nicht an. Vergleichen Sie noch einmal über einen anderen Weg.
refusal-seal-title = Schlüssel, Unterschrift oder Umschlag stimmt nicht
refusal-seal-next = Geben Sie dem Betrieb Bescheid.
refusal-busy-title = Andere haben gleichzeitig am selben Vorgang gearbeitet
refusal-busy-next = Versuchen Sie es noch einmal.
refusal-store-title = Der Knoten kann gerade nicht lesen oder schreiben
refusal-store-next = Versuchen Sie es in einer Minute noch einmal und geben Sie sonst dem Betrieb Bescheid.
refusal-read-only-title = Dieser Knoten liest nur
refusal-read-only-next = Oben auf der Seite steht, warum und was der Betrieb tun muss. Bis dahin lässt sich alles lesen und nichts ändern.
refusal-unconfirmed-title = Dieser Knoten unterschreibt noch nicht
refusal-unconfirmed-next = Er wartet auf die Auskunft seiner Zeugen. Versuchen Sie es in einer Minute noch einmal und geben Sie sonst dem Betrieb Bescheid.
refusal-form-title = Es fehlen noch Angaben
refusal-form-kept = Alles, was Sie eingegeben haben, steht noch im Formular; nur Dateien müssen Sie neu wählen.
refusal-form-next = Ergänzen Sie die genannten Angaben.
refusal-not-found-title = Diese Seite gibt es nicht
refusal-not-found-next = Gehen Sie zur Lage oder zu den Ersuchen.
refusal-not-for-you-title = Diese Seite steht Ihrer Rolle nicht offen
refusal-not-for-you-next = Wenn Sie sie brauchen, bitten Sie den Betrieb um die passende Rolle.
form-missing = Bitte angeben: { $field }
draft-ground-missing = Eine Antwort, die nicht vollständig ist, braucht einen inneren Grund.
draft-conditions-missing = Eine Auskunft braucht Bedingungen.
draft-items-differ = Jeder gefragte Punkt braucht genau eine Antwort.
likely-refused = Nach den geltenden Regeln wird dieser Schritt bei Ihnen abgelehnt. Ein Versuch steht im Journal und nennt den Grund.

## Was getan wurde

done-request-drafted = Der Entwurf ist abgelegt und vom Tor geprüft.
done-request-submitted = Das Ersuchen ist zur Freigabe eingereicht.
done-request-released = Das Ersuchen ist freigegeben und auf dem Weg.
done-request-withdrawn = Das Ersuchen ist zurückgezogen.
done-screening-reviewed = Ihre Entscheidung ist festgehalten.
done-answer-drafted = Die Antwort ist entworfen und wartet auf Freigabe durch eine andere Person.
done-answer-released = Die Antwort ist freigegeben und auf dem Weg.
done-inquiry-answer-released = Die Antwort an das Parlament ist freigegeben.
done-ping-sent = Die Gegenstelle ist angerufen.

## Lage

situation-no-cases = Ihrer Rolle stehen Vorgänge nicht offen. Sie sehen hier die Verbindungen.
figures = Zahlen zur Lage
figure-open = offen
figure-pressing = fällig in unter 4 Std.
figure-overdue = überfällig
figure-review = warten auf Prüfung
figure-release = warten auf Freigabe
figure-heard = { $peer } zuletzt gehört
due-next = Als Nächstes fällig
due-next-empty = Es läuft keine Frist.
all-requests = Alle Ersuchen
links = Verbindungen
link-good = in Ordnung
link-silent = still
link-failing = gestört
link-forked = zwei Stände unterschrieben
outbox-waiting = Im Ausgang
outbox-error = Letzter Fehler
unread-there = Liegt dort, noch nicht lesbar
unread-here = Liegt hier, noch nicht lesbar
keys = Schlüssel
keys-last = noch { $span }
keys-due = nur noch { $span }; eine neue Fassung brauchen zwei der drei Verwahrer
keys-over = seit { $span } abgelaufen
keys-renew = Schlüssel erneuern
witnesses = Zeugen
witnesses-none = Für diesen Knoten zeugt niemand: Alle Einträge sind selbst signiert.
witness-good = aktuell
witness-under-way = unterwegs
witness-late = im Rückstand
witness-faulty = Zeuge gestört
witness-covered = Bezeugte Einträge
witness-since = Ältester unbezeugter Eintrag
witness-faults = Gestörte Zeugen
grade-wanted = Soll
banner-unconfirmed = Dieser Knoten unterschreibt noch nicht
banner-doubtful = Dieser Knoten arbeitet ohne Bestätigung aller nötigen Zeugen
banner-read-only = Dieser Knoten liest nur
delivery = Zustellung
delivery-lead = Jede Nachricht hat zwei Quittungen: Zuerst liegt sie versiegelt vor (D.1), dann ist ihr Inhalt ausgehändigt (E.1).
delivery-none = Noch keine Nachricht.
delivery-out = an die Gegenstelle
delivery-in = von der Gegenstelle
delivery-waiting = im Ausgang
delivery-consigned = liegt vor, nicht lesbar
delivery-handed-over = ausgehändigt
delivery-failed = nicht zustellbar

## Liste der Ersuchen

views = Ansichten
view-open = Offen
view-pressing = Fällig in unter 4 Std.
view-overdue = Überfällig
view-review = Zu prüfen
view-release = Freizugeben
view-all = Alle
filter = Filter
filter-text = Suche in allen Texten
filter-apply = Anwenden
filter-clear = Filter leeren
requests-empty = Hier ist nichts.
requests-empty-filtered = Kein Ersuchen dieser Ansicht passt zum Filter.
requests-empty-next = Neue Ersuchen der Gegenseite erscheinen hier von selbst.
page-previous = Vorige Seite
page-next = Nächste Seite
page-newer = Neuere Einträge
page-older = Ältere Einträge
column-request = Vorgang
column-subject = Betreff
column-peer = Gegenstelle
column-direction = Richtung
column-urgency = Dringlichkeit
column-deadline = Frist
column-state = Stand
column-kind = Art
column-value = Wert
column-link = Bezug zum Zweck
column-number = Nummer
column-title = Titel
column-questions = Fragen
column-registered = Erfasst
column-what = Was geschah
column-time = Zeit
column-who = Wer
column-attempts = Versuche
column-due = Nächster Versuch
column-consigned = Liegt vor seit (D.1)
column-handed-over = Ausgehändigt (E.1)

## Ein Ersuchen

request = Ersuchen
request-new = Neues Ersuchen
request-new-lead = Ein Ersuchen an eine Gegenstelle. Das Tor prüft es sofort; hinaus geht es erst, wenn eine zweite Person es freigibt.
request-draft = Entwurf ablegen
request-draft-hint = Mit dem Ablegen geht noch nichts hinaus.
case-side = Stand des Vorgangs
case-answer = Antwort
case-answer-pending = Antwort (Entwurf, noch nicht freigegeben)
deadline = Frist
next-step = Nächster Schritt
people = Beteiligte
people-none = Noch niemand in diesem Haus.
person-drafted = Entworfen
person-submitted = Eingereicht
person-released = Freigegeben
person-reviewed = Geprüft
person-answer-drafted = Antwort entworfen
person-answer-released = Antwort freigegeben
handling = Einordnung
opened = Angelegt
declared = erklärt
not-declared = nicht erklärt
message = Nachricht
attachments = Anlagen
attachments-warning = Anlagen kommen ungeprüft von der Gegenseite, soweit das Tor sie nicht lesen kann. Öffnen Sie sie nur in einer dafür vorgesehenen Umgebung.
bytes = { $size } Byte
gate = Befunde des Tors
findings-none = Das Tor hat nichts gefunden. Es entscheidet nichts; die Prüfung ist Sache von Menschen.
finding-place = Fundort:
finding-evidence = Wortlaut:
finding-canonical = gelesen als
place-attachment = Anlage „{ $name }“
place-attachment-name = Name der Anlage „{ $name }“
registry-no-guardian = Schutzregister: Es ist keine Hüterin und kein Hüter bestellt; das Register ist nicht in Betrieb. Ob jemand geschützt ist, wird hier nicht geprüft.
registry-sent = Schutzregister: an die Hüterin oder den Hüter gegeben.
review-decision = Entscheidung:
review-decide = Entscheiden
review-go = Entscheidung festhalten
ground-inside = Innerer Grund, bleibt im Haus:
timeline = Verlauf
proof = Nachweis
entry = Eintrag
log = Journal
leaf = Blattwert
entry-open = Eintrag öffnen
proof-download = Nachweis herunterladen
conditions-none = Keine: Es wird nichts mitgeteilt.
step-submit = Zur Freigabe einreichen
step-review = Ersuchen prüfen
step-review-again = Prüfung ändern
step-draft-answer = Antwort entwerfen
step-redraft = Antwort ändern
step-release-answer = Antwort lesen und freigeben
step-release-request = Ersuchen lesen und freigeben
step-withdraw = Ersuchen zurückziehen
withdraw-has-left = Das Ersuchen ist schon hinausgegangen. Die Gegenseite bekommt eine Rücknahme mit Ihrer Begründung.
withdraw-not-left = Das Ersuchen hat das Haus noch nicht verlassen; die Gegenseite erfährt nichts davon.
release-leaves = Das geht hinaus
release-leaves-hint = Vollständig und unverändert, versiegelt für die Gegenseite.
release-stays = Das bleibt im Haus
release-confirm = Freigeben
release-final = Mit der Freigabe geht die Nachricht hinaus und lässt sich nicht zurückholen.
release-go = Freigeben und absenden
draft-answer-go = Antwort zur Freigabe vorlegen
draft-answer-hint = Hinaus geht die Antwort erst, wenn eine andere Person sie freigibt.

## Abschnitte von Formularen

section-matter = Sache
section-requester = Ersuchende Stelle
section-grounds = Grundlage und Sachverhalt
section-asked = Was gefragt wird
section-handling = Umgang
section-selectors = Angegebene Kennungen
section-outcome = Ausgang
section-items = Punkt für Punkt
section-conditions = Bedingungen für die Gegenseite
section-transfer = Übermittlung
selector = Kennung
selectors-more = Weitere Zeilen
hint-selectors = Jede Kennung, die im Ersuchen oder in einer Anlage vorkommt, gehört hierher. Kann sie eine Person meinen, braucht sie einen Bezug zum Zweck.

## Felder

field-peer = Gegenstelle
field-subject = Betreff
hint-subject = Eine Zeile für Listen, ohne Namen von Personen.
field-topic = Gegenstand
field-urgency = Dringlichkeit
hint-urgency = Bestimmt die Frist der Gegenseite.
field-urgency-reason = Grund der Eile
hint-urgency-reason = Nötig bei allem, was eiliger ist als normal.
field-requester-authority = Behörde
field-requester-unit = Referat oder Dienststelle
field-requester-contact = Zweiter Weg zur Rückfrage
hint-requester-contact = Über diesen Weg kann die Gegenseite prüfen, dass Sie es sind.
field-legal-basis = Rechtsgrundlage
hint-legal-basis = Vertrag, Absprache oder Gesetz mit Artikel oder Paragraf.
field-offence = Straftat oder Vorfall
hint-offence = Nach dem Recht oder der Einordnung der ersuchenden Seite.
field-facts = Sachverhalt
hint-facts = Was geschah, wann, wo, mit welchem Schaden.
field-purpose = Zweck
hint-purpose = Wozu die Auskunft verwendet wird – und wozu nicht.
field-why-held = Warum die Gegenseite sie haben dürfte
field-necessity = Erforderlichkeit
hint-necessity = Warum es ohne die Auskunft nicht geht und sie nicht zu weit reicht.
field-items = Gefragte Punkte
hint-items = Ein Punkt je Zeile.
field-files = Anlagen
hint-files = Zusammen höchstens 64 MB. Anlagen, die das Tor nicht lesen kann, halten das Ersuchen an.
field-language = Sprache der Texte
field-tlp = Verteilung
field-handling = Auflage
field-no-persecution = Kein politischer, religiöser oder ethnischer Zweck
hint-no-persecution = Mit dem Haken erklärt die ersuchende Stelle, dass sie keinen solchen Zweck verfolgt.
field-no-persecution-declared = Erklärung gegen politische Verfolgung
field-outcome = Ausgang insgesamt
field-ground = Innerer Grund
hint-ground = Bleibt im Haus. Nötig, wenn die Auskunft nicht vollständig ist; die Gegenseite sieht nur den groben Grund.
field-internal-reason = Begründung für die eigene Akte
field-external-reason = Grund, den die Gegenseite sieht
field-item-outcome = Punkt
field-item-text = Auskunft oder neutrale Worte zu Punkt
field-condition-purpose = Nur verwenden für
field-condition-handling = Auflage
field-condition-onward = Weitergabe ist auf Anfrage möglich
field-condition-retain = Löschen bis
field-condition-inhuman = Nicht in Verfahren, die mit Tod oder unmenschlicher Behandlung enden können
field-decision = Entscheidung
field-reason = Begründung
hint-reason = Bleibt im Haus und steht im Journal.
field-withdraw-reason = Begründung
hint-withdraw-reason = Wenn das Ersuchen schon hinausging, liest sie die Gegenseite.
field-marking = Kennzeichnung
field-side = Seite
field-occurred = Wann
field-certainty = Gewissheit
field-entry = Eintrag
field-position = Stand des Journals

## Journal

journal-lead = Jeder Eintrag ist durch die Wurzel festgelegt, die der Knoten unterschrieben hat. Nachweise lassen sich ohne diesen Knoten prüfen.
journal-size = Einträge
log-exchange = Austausch mit { $peer }
log-empty = Noch kein Eintrag.
origin = Ursprung
root = Wurzel
checkpoint = Unterschriebener Stand
checkpoint-download = Stand herunterladen
entry-fields = Inhalt
entry-destroyed = Der Inhalt wurde nach Ablauf der Aufbewahrung vernichtet. Der Blattwert bleibt.
entry-destroyed-short = Inhalt vernichtet
grade = Beleggrad
grade-of-case = Beleggrad des Vorgangs (der niedrigste seiner Einträge):
evidence-self-signed = Bisher steht nur dieser Knoten für den Eintrag ein.
evidence-witnessed = Gegengezeichnet von { $who }, spätestens { $time }; das deckt die ersten { $size } Einträge.
coverage-label = Bezeugt
coverage-none = noch von niemandem
coverage = { $grade }: die ersten { $size } Einträge
field-hidden = Steht Ihrer Rolle nicht offen.
proof-lead = Aus Blattwert und Weg ergibt sich die unterschriebene Wurzel.
proof-path = Weg zur Wurzel
proof-path-none = Der Baum hat nur diesen Eintrag.

## Aufzeichnungen

records-lead = Was das Haus über Kontaktstellen, Konsultationen und ihre Ergebnisse weiß – mit Quelle und Gewissheit, heute oder zu einem früheren Stand.
records-date = Stand am
records-entry = Stand bei Eintrag
records-as-of = Sie sehen die Aufzeichnungen, wie sie standen, als das Journal { $size } Einträge hatte.
records-bad-entry = Der Stand ist eine Zahl von Einträgen.
records-bad-date = Der Stand ist ein Tag wie 2019-04-30.
records-empty = Keine Aufzeichnung passt zu Filter und Stand.
records-count = { $count ->
       [one] Eine Aufzeichnung.
      *[other] { $count } Aufzeichnungen.
    }
records-size = Stand des Journals: { $size } Einträge.
record-head = Zur Aufzeichnung
record-note = Worauf die Kenntnis beruht
record-id = Kennung
record-about = Gehört zu
record-body = Inhalt
record-sources = Quellen
record-sources-none = Keine öffentliche Quelle.
record-supersedes = Ersetzt
superseded = ersetzt
superseded-by = Diese Aufzeichnung wurde ersetzt durch:

## Parlament

inquiries = Parlamentarische Anfragen
inquiries-lead = Was das Parlament fragt und was das Haus antwortet. Jede Zahl einer Antwort lässt sich aus der Datei selbst nachrechnen.
inquiries-empty = Keine Anfrage erfasst.
inquiries-empty-next = Anfragen erfasst das Referat über die Befehlszeile: kontaktstelle inquiry register
inquiry-side = Stand der Anfrage
inquiry-answer = Antwort
inquiry-filed-by = Abgelegt
inquiry-document = Prüfsumme der Antwort
inquiry-release = Antwort freigeben
inquiry-draft = Entwurf: noch nicht freigegeben. Die Datei trägt kein Siegel und sagt das auch.
inquiry-sealed = Freigegeben. Die Datei trägt das Siegel und den Nachweis der Freigabe.
inquiry-open-next = Noch keine Antwort abgelegt. Das Referat stellt sie auf der Befehlszeile zusammen: kontaktstelle answer
inquiry-source = Anfrage, wie sie einging
inquiry-answer-file = Antwort als Datei (JSON)
inquiry-answer-page = Antwort als Seite (HTML)
inquiry-questions = Fragen und Antworten
inquiry-unanswered = Noch ohne Antwort.
inquiry-in-document = Die Antwort steht in der abgelegten Datei.
inquiry-unparsed = Die Fragen ließen sich nicht lesen; sie stehen in der Anfrage, wie sie einging.

## Gegenstellen

peers-lead = Schlüssel gelten erst, wenn ihr Fingerabdruck über einen anderen Weg verglichen wurde.
peers-empty = Noch keine Gegenstelle anerkannt.
own-node = Eigener Knoten
fingerprint = Fingerabdruck
ping = Anrufen
peer-heard = Zuletzt gehört
peer-sent = Gesendet
peer-consigned = Davon liegen der Gegenstelle vor
peer-handed-over = Davon ausgehändigt
peer-signing = Unterschrift { $suite } (Schlüsselkennung)
peer-witness = Zeugenschlüssel
peer-revoked = Widerrufener Schlüssel
peer-accepted = Angenommen
peer-accepted-by = Anerkannt durch
peer-node = Knoten
peer-version = Fassung der Schlüssel
peer-valid = Gültig
peer-log = Journal { $log }
peer-keys = Schlüssel
peer-exchange-log = Austauschjournal mit dieser Gegenstelle
outbox = Ausgang
outbox-empty = Nichts wartet.

## Barrierefreiheit

accessibility-aim = Die Konsole soll von allen benutzt werden können. Maßstab ist WCAG 2.2, Stufe AA, und damit EN 301 549 V3.2.1.
accessibility-done = Was erreicht ist
accessibility-done-text = Alle Seiten kommen ohne Skript aus, sind mit der Tastatur bedienbar, passen sich hellen und dunklen Darstellungen, schmalen Bildschirmen und erzwungenen Farben an und lassen sich drucken. Farbe steht nie allein; fremde Texte tragen ihre Sprache.
accessibility-open = Was fehlt
accessibility-open-text = Die Seiten wurden mit Werkzeugen geprüft, aber noch nicht von Menschen mit Bildschirmleser. Inhalte in Leichter Sprache und Gebärdensprache stellt die betreibende Stelle bereit.
accessibility-contact = Hindernis gefunden?
accessibility-contact-text = Sagen Sie es dem Betrieb Ihrer Kontaktstelle. Ein Hindernis ist ein Fehler und wird als solcher behandelt.
draft-purpose-missing = Die Bedingungen müssen sagen, wofür die Auskunft verwendet werden darf.
draft-inhuman-treatment = Auskunft wird nur erteilt, wenn eine Verwendung ausgeschlossen ist, die zu Todesstrafe oder unmenschlicher Behandlung führen kann.
draft-text-missing = Zu jedem Punkt muss ein Text stehen, den die Gegenseite liest.
draft-not-full = „Voll beantwortet“ gilt nur, wenn jeder Punkt voll beantwortet ist.
draft-ground-given = Eine volle Auskunft hat keinen Grund, aus dem etwas nicht erteilt wird.
