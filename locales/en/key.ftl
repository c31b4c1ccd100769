command-key-passphrase = Passphrase of the node's keys:
key-holder-passphrase = Passphrase of the holder's key:
key-holder-made = Holder's key made. Keep { $secret } on this machine only; give { $public } to whoever makes the root. Read out its fingerprint when you hand it over:
key-root-made = Root written to { $root }. Its fingerprint goes onto paper and by diplomatic channel to the counterpart:
key-drafted =
    Key manifest { $version } drafted: { $draft }
    Id: { $id }
    { $needed } holders sign it, each on a machine of their own: kontaktstelle key holder sign DRAFT --holder FILE --out SIGNATURE
    Then: kontaktstelle key publish SIGNATURE SIGNATURE
key-signed =
    Signed for { $party }: key manifest { $version }, id { $id }. Compare the id with the one that was read out to you.
    Signature: { $out }
key-manifest = Key manifest { $version }: { $manifest }, valid until { $until }
key-published-next = Restart the node: it writes the manifest into its logs. Then give it to the counterparts; each accepts it with: kontaktstelle peer accept
key-exercise-only = Holders on the node's own machine are for exercises only; set exercise = true or make a root with three holders (kontaktstelle key ceremony).
key-activated = The node shows the TLS key { $pin } from its next start on. Counterparts must have accepted the manifest that pins it.
key-valid-until = The key manifest is valid until { $until }.
key-kind-signing = signs messages and receipts
key-kind-recipient = opens what is sealed to the node
key-kind-log = signs the checkpoints of
key-kind-witness = cosigns the counterparts' checkpoints
key-kind-tls = proves to counterparts who calls
key-kind-holder = holds the root
key-standing-current = in use
key-standing-earlier = earlier
key-standing-revoked = taken back
key-since = since { $day }
key-since-unknown = since when is not known
key-due = to be replaced by { $day }
key-overdue = was to be replaced by { $day }
key-compromised-next =
    What to do now:
    1. Have two holders sign the draft and publish it (kontaktstelle key publish). Until then nothing has changed.
    2. Restart the node, so that it works with the new keys and writes the revocation into its logs.
    3. See to it that the outbox is empty: what waits there is signed by the old key. A counterpart that has accepted the manifest refuses it, and nothing behind it goes through.
    4. Tell each counterpart by another channel, and give it the manifest. From the entry in which it accepts it, what the old key signs no longer counts there.
    5. Look at what the old key has signed since the day you suspect: kontaktstelle journal show
    6. If a log's key is affected, ask the witnesses for their last checkpoint of it and compare.
    7. If the machine was entered, the other keys on it are affected as well: take back each of them.
key-ceremony =
    A ceremony gives a party its root. Nobody alone can use it; one of three holders can be lost.

    1. Name three holders who do not work for one another. Each takes a machine that is never connected to a network.
    2. Each holder, on that machine:
         kontaktstelle key holder new HOLDER
       chooses a passphrase that nobody else knows, and gives away HOLDER.pub only, reading out its fingerprint.
    3. With the three public files, on any machine:
         kontaktstelle key root A.pub B.pub C.pub --out root.json
       Print the fingerprint. It goes to the counterpart on paper, by diplomatic channel.
    4. On the node:
         kontaktstelle key init --root root.json
       makes the node's keys and a draft of its key manifest.
    5. Two holders read the draft, compare its id and sign, each on their own machine:
         kontaktstelle key holder sign draft.json --holder HOLDER --out SIGNATURE
    6. On the node:
         kontaktstelle key publish SIGNATURE SIGNATURE
       Then start it, and give manifest.json to the counterpart.
    7. Write down who was present, when, which fingerprints were read out; put the holders' machines or media into different safes.

    A holder who is lost: make a new root with a new holder while two are left. Two who are lost: a new ceremony, and paper again.
