-- Two brands with nine and one tenth of everything, five channels each, fifty people who
-- work for the larger one (three in five on relations, one on content, one on both), and
-- the sentences that comments are made of.
INSERT INTO brands (id, slug, name) VALUES
    ('b0000000-0000-7000-8000-000000000000', 'large', 'Large'),
    ('b0000000-0000-7000-8000-000000000001', 'small', 'Small');

CREATE TABLE bench.channels AS
SELECT b AS brand, c AS slot, ('b0000000-0000-7000-8000-00000000000' || b)::uuid AS brand_id,
    ('c0000000-0000-7000-8000-0000000000' || b || c)::uuid AS id, (ARRAY['instagram', 'facebook', 'instagram', 'facebook', 'standard_webhooks'])[c + 1] AS platform
FROM generate_series(0, 1) b, generate_series(0, 4) c;

INSERT INTO endpoints (id, brand_id, platform, secret) SELECT id, brand_id, platform, '' FROM bench.channels;
INSERT INTO channels (brand_id, id, endpoint_id, platform, external_id, name)
SELECT brand_id, id, id, platform, 'account-' || brand || slot, 'Channel ' || slot FROM bench.channels;

INSERT INTO people (id, name) SELECT ('e0000000-0000-7000-8000-' || lpad(p::text, 12, '0'))::uuid, 'Person ' || p FROM generate_series(1, 50) p;
INSERT INTO memberships (brand_id, person_id, role, capacity)
SELECT 'b0000000-0000-7000-8000-000000000000', id, (ARRAY['hybrid', 'smm', 'cm', 'cm', 'cm'])[1 + substr(name, 8)::int % 5], 32000 FROM people WHERE name LIKE 'Person %';

CREATE TABLE bench.texts AS
SELECT row_number() OVER (PARTITION BY de) - 1 AS k, de, text,
    CASE WHEN de THEN 'german' ELSE 'english' END AS config,
    strip(to_tsvector(CASE WHEN de THEN 'german'::regconfig ELSE 'english'::regconfig END, text)) || to_tsvector('simple', lower(text)) AS tsv
FROM (
    SELECT true AS de, a || ' ' || b || c || ' ' || d AS text
    FROM unnest('{Meine Bestellung,Die neue Tasche,Euer Kundendienst,Das Video von gestern,Die App,Mein Paket,Der Reißverschluss,Eure Filiale,Die Farbe,Das Angebot,Der Rucksack,Die Rechnung}'::text[]) a,
         unnest('{kommt seit Tagen nicht an,ist wirklich wunderbar,lässt sich nicht öffnen,antwortet einfach nicht,hat mich zum Lachen gebracht,war schon nach einer Woche kaputt,sieht auf dem Fahrrad toll aus,wurde doppelt abgebucht,passt leider gar nicht,gefällt meiner ganzen Familie}'::text[]) b,
         unnest('{. Was kann ich jetzt tun?,. Vielen Dank dafür!,. Ich bin enttäuscht.,. Könnt ihr mir bitte helfen?,. Zeigt mehr davon!,. Ich möchte mein Geld zurück.,. 😍😍,. Gibt es das auch in Blau?,. Das war das letzte Mal.,. Liebe Grüße aus Berlin}'::text[]) c,
         unnest('{@Ada,@Ben,@Cem,#rad,#reise,#arbeit,:),…}'::text[]) d
    UNION ALL
    SELECT false, a || ' ' || b || c || ' ' || d
    FROM unnest('{My order,The new bag,Your support,Yesterday''s video,The app,My parcel,The zip,Your shop,This colour,The offer,The backpack,The invoice}'::text[]) a,
         unnest('{has been late for days,is truly wonderful,does not open any more,never answers,made me laugh out loud,broke after one week,looks great on my bike,was charged twice,does not fit at all,is loved by the whole family}'::text[]) b,
         unnest('{. What can I do now?,. Thank you so much!,. I am disappointed.,. Can you please help me?,. Show us more of this!,. I want my money back.,. 😍😍,. Is there a blue one?,. That was the last time.,. Greetings from Lisbon}'::text[]) c,
         unnest('{@Ada,@Ben,@Cem,#bike,#travel,#work,:),…}'::text[]) d) s;
CREATE UNIQUE INDEX ON bench.texts (de, k);
ANALYZE bench.texts;
