command-key-passphrase = Passphrase der Schlüssel des Knotens:
key-holder-passphrase = Passphrase des Wurzelschlüssels:
key-holder-made = Schlüssel erzeugt. { $secret } bleibt auf dieser Maschine; geben Sie nur { $public } weiter und lesen Sie bei der Übergabe den Fingerabdruck vor:
key-root-made = Wurzel nach { $root } geschrieben. Ihr Fingerabdruck kommt auf Papier und auf diplomatischem Weg zur Gegenseite:
key-drafted =
    Schlüsselmanifest { $version } entworfen: { $draft }
    Kennung: { $id }
    { $needed } Inhaber unterschreiben, jeder auf einer eigenen Maschine: kontaktstelle key holder sign ENTWURF --holder DATEI --out UNTERSCHRIFT
    Danach: kontaktstelle key publish UNTERSCHRIFT UNTERSCHRIFT
key-signed =
    Unterschrieben für { $party }: Schlüsselmanifest { $version }, Kennung { $id }. Vergleichen Sie die Kennung mit der, die Ihnen vorgelesen wurde.
    Unterschrift: { $out }
key-manifest = Schlüsselmanifest { $version }: { $manifest }, gültig bis { $until }
key-published-next = Starten Sie den Knoten neu: Er schreibt das Manifest in seine Journale. Geben Sie es dann den Gegenseiten; jede nimmt es an mit: kontaktstelle peer accept
key-exercise-only = Inhaber auf der Maschine des Knotens gibt es nur in Übungen; setzen Sie exercise = true oder legen Sie mit drei Inhabern eine Wurzel an (kontaktstelle key ceremony).
key-activated = Der Knoten zeigt ab dem nächsten Start den TLS-Schlüssel { $pin }. Die Gegenseiten müssen das Manifest angenommen haben, das ihn nennt.
key-valid-until = Das Schlüsselmanifest gilt bis { $until }.
key-kind-signing = unterschreibt Nachrichten und Quittungen
key-kind-recipient = öffnet, was an den Knoten verschlossen ist
key-kind-log = unterschreibt die Prüfpunkte von
key-kind-witness = bezeugt die Prüfpunkte der Gegenseiten
key-kind-tls = weist den Knoten bei Gegenseiten aus
key-kind-holder = gehört zur Wurzel
key-standing-current = in Gebrauch
key-standing-earlier = früher
key-standing-revoked = widerrufen
key-since = seit { $day }
key-since-unknown = seit wann, ist nicht bekannt
key-due = zu ersetzen bis { $day }
key-overdue = war zu ersetzen bis { $day }
key-compromised-next =
    Was jetzt zu tun ist:
    1. Zwei Inhaber unterschreiben den Entwurf, danach wird er veröffentlicht (kontaktstelle key publish). Bis dahin hat sich nichts geändert.
    2. Den Knoten neu starten, damit er mit den neuen Schlüsseln arbeitet und den Widerruf in seine Journale schreibt.
    3. Dafür sorgen, dass der Ausgang leer ist: was dort wartet, hat der alte Schlüssel unterschrieben. Eine Gegenseite, die das Manifest angenommen hat, weist es ab, und nichts dahinter kommt durch.
    4. Jede Gegenseite auf einem anderen Weg unterrichten und ihr das Manifest geben. Ab dem Eintrag, mit dem sie es annimmt, zählt dort nicht mehr, was der alte Schlüssel unterschreibt.
    5. Durchsehen, was der alte Schlüssel seit dem Tag des Verdachts unterschrieben hat: kontaktstelle journal show
    6. Ist der Schlüssel eines Journals betroffen, die Zeugen nach ihrem letzten Prüfpunkt fragen und vergleichen.
    7. Ist jemand in die Maschine eingedrungen, sind auch die anderen Schlüssel darauf betroffen: jeden davon widerrufen.
key-ceremony =
    Eine Zeremonie gibt einer Partei ihre Wurzel. Niemand kann sie allein benutzen; einer von drei Inhabern darf ausfallen.

    1. Drei Inhaber benennen, die einander nicht unterstellt sind. Jeder nimmt eine Maschine, die nie am Netz war und nie daran kommt.
    2. Jeder Inhaber auf dieser Maschine:
         kontaktstelle key holder new INHABER
       wählt eine Passphrase, die sonst niemand kennt, gibt nur INHABER.pub weiter und liest dessen Fingerabdruck vor.
    3. Mit den drei öffentlichen Dateien, auf irgendeiner Maschine:
         kontaktstelle key root A.pub B.pub C.pub --out root.json
       Den Fingerabdruck drucken. Er geht auf Papier und auf diplomatischem Weg zur Gegenseite.
    4. Auf dem Knoten:
         kontaktstelle key init --root root.json
       erzeugt die Schlüssel des Knotens und den Entwurf seines Schlüsselmanifests.
    5. Zwei Inhaber lesen den Entwurf, vergleichen seine Kennung und unterschreiben, jeder auf der eigenen Maschine:
         kontaktstelle key holder sign draft.json --holder INHABER --out UNTERSCHRIFT
    6. Auf dem Knoten:
         kontaktstelle key publish UNTERSCHRIFT UNTERSCHRIFT
       Dann den Knoten starten und manifest.json der Gegenseite geben.
    7. Aufschreiben, wer dabei war, wann, welche Fingerabdrücke vorgelesen wurden; die Maschinen oder Datenträger in verschiedene Tresore legen.

    Ein Inhaber fällt aus: mit einem neuen eine neue Wurzel anlegen, solange zwei da sind. Zwei fallen aus: neue Zeremonie und wieder Papier.
