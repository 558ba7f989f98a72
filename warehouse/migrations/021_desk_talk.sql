-- What ops did about a flag, and disputes of marks. People decided it, so rows are added and never rewritten; only words
-- go when somebody is forgotten.
CREATE TABLE review.flag_event (
	flag VARCHAR NOT NULL, -- as in review.flagged
	seq INTEGER NOT NULL,
	kind VARCHAR NOT NULL CHECK (kind IN ({{FLAG_EVENTS}})),
	said_by VARCHAR NOT NULL,
	happened_at TIMESTAMPTZ NOT NULL,
	text VARCHAR,
	PRIMARY KEY (flag, seq)
);

-- grain: one row a flag, with a name of its own that does not depend on its words
CREATE VIEW review.flagged AS
SELECT md5(concat_ws(chr(31), item, reviewer, epoch_us(happened_at)))[:16] AS flag, item, reviewer, happened_at, reason
FROM review.flag;

-- Somebody holds that marks are wrong, and what they should be.
CREATE TABLE review.dispute (
	dispute VARCHAR PRIMARY KEY,
	item VARCHAR NOT NULL,
	reviewer VARCHAR NOT NULL, -- whose marks
	version INTEGER NOT NULL, -- that was disputed
	wanted VARCHAR NOT NULL, -- criterion to level, JSON
	raised_by VARCHAR NOT NULL,
	raised_at TIMESTAMPTZ NOT NULL,
	reason VARCHAR NOT NULL
);

-- How it was settled; `accepted` may hold some of the criteria, all or none.
CREATE TABLE review.dispute_decision (
	dispute VARCHAR PRIMARY KEY,
	accepted VARCHAR[] NOT NULL,
	decided_by VARCHAR NOT NULL,
	decided_at TIMESTAMPTZ NOT NULL,
	reason VARCHAR NOT NULL,
	new_version INTEGER -- of the review; null where nothing was accepted
);

ALTER TABLE review.review ADD COLUMN changed_by VARCHAR; -- who settled a dispute; null where it is the reviewer's own word
DROP VIEW review.latest;
-- grain: one row an item and reviewer, the state that counts
CREATE VIEW review.latest AS
SELECT * FROM review.review QUALIFY row_number() OVER (PARTITION BY item, reviewer ORDER BY version DESC) = 1;
-- grain: one row an item and reviewer, what the reviewer said without anybody's help; agreement is of these
CREATE VIEW review.own AS
SELECT * FROM review.review WHERE changed_by IS NULL
QUALIFY row_number() OVER (PARTITION BY item, reviewer ORDER BY version DESC) = 1;
