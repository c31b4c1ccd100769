demo-title =
    Zwei Kontaktstellen bei der Arbeit: „de“ und „cn“, zwei Prozesse, zwei Datenbanken, zwei Schlüsselbunde, in { $dir }.
    Alles Ausgetauschte ist Übungsmaterial; echt ist nur das öffentliche Protokoll des Referenzfalls mit seinen Quellen.
demo-step = ── { $number }. { $title } ──
demo-step-keys = Schlüssel, Fingerabdrücke, Erreichbarkeit
demo-step-record = Das öffentliche Protokoll des Referenzfalls
demo-step-incident = Ein Ersuchen zu einem Vorfall wird beantwortet
demo-step-misuse = Ein Missbrauch wird angehalten, auf beiden Seiten gleich
demo-step-silence = Eine Ablehnung, ein Schweigen, und niemand gibt allein frei
demo-step-statistics = Beide Seiten zählen dasselbe
demo-step-inquiry = Die Kleine Anfrage 19/9523 wird aus den Akten beantwortet
demo-step-verify = Jede Zahl lässt sich nachrechnen
demo-keys = { $side }: Schlüssel erzeugt, Fingerabdruck { $fingerprint }
demo-accepted = { $side }: Schlüssel von { $peer } nach Vergleich des Fingerabdrucks angenommen
demo-ping = { $side } → { $peer }: Erreichbarkeitsprüfung beantwortet und quittiert (TLS 1.3, X25519MLKEM768, beidseitig ausgewiesen)
demo-record = de: { $count } Aufzeichnungen aus { $files } Dateien niedergeschrieben, jede mit Quelle oder als unbekannt bezeichnet
demo-request-arrived = { $side }: eingegangen „{ $subject }“ – { $state }
demo-screened = de: Vorprüfung: { $selectors } Selektoren gelesen, { $findings } davon wären ein Grund, es anzuhalten
demo-three-officers = de: Prüfung gibt unter Bedingungen frei, Sachbearbeitung entwirft, eine dritte Person gibt die Antwort frei
demo-answered = cn: Antwort mit Bedingungen erhalten, zu löschen bis { $retain }
demo-receipts = { $side }: { $count } Nachrichten gesandt; zu jeder liegen beide Quittungen von { $peer } vor: empfangen, ehe sie lesbar war (D.1), und ausgehändigt (E.1)
demo-finding = de: angehalten wegen: { $check } – gefunden „{ $evidence }“, das ist { $canonical }
demo-neutral = { $side }: sieht davon nichts; der eigene Stand lautet wie bei jedem Ersuchen „{ $state }“
demo-own-held = { $side }: ein eigener Entwurf mit versteckter Adresse wird vom eigenen Tor ebenso angehalten
demo-told = de: die Sachbearbeitung liest: { $words }
demo-alone = de: eine Person will ihren eigenen Entwurf freigeben und liest: { $words }
demo-refused = de: „{ $subject }“ wurde von cn abgelehnt; Grund, soweit mitgeteilt: { $reason }
demo-silent = de: „{ $subject }“ ist zugestellt; Frist bis { $deadline }
demo-clock = { $side }: die Übungsuhr wird offen um neun Tage vorgestellt (steht im Journal)
demo-unanswered = de: Frist und Nachfrist sind verstrichen: unbeantwortet. Schweigen wird nie zur Auskunft.
demo-reconciled = { $side }: { $words }
demo-table = { $words }
demo-agree = Die Zahlen beider Seiten sind gleich, jede aus beiden Journalen nachgerechnet.
demo-paper = de: gelesen: { $words }
demo-written = de: { $words }
demo-released = de: eine zweite Person hat die Antwort freigegeben; answer.html, answer.pdf und answer.json liegen bereit
demo-verified = Ohne Zugriff auf die Knoten: { $words }
demo-forged =
    Eine Ziffer verändert:
    { $words }
demo-summary =

    Demo beendet: { $requests } Ersuchen ausgetauscht, { $held } angehalten, { $answered } von { $questions } Fragen aus den Akten beantwortet, { $figures } Zahlen nachgerechnet.
demo-consoles =

    Beide Konsolen laufen weiter: de { $de } und cn { $cn }
    Kennwort aller Personen der Übung: { $password }
demo-officers = { $side }: { $officers }
demo-end = Beenden mit Strg-C.
demo-witnessed = { $side }: alle { $size } Einträge des Austauschjournals sind bezeugt, von { $peer } und mit beiden Schlüsseln vom eigenen Zeugen (von genügend Zeugen bezeugt, { $at })
