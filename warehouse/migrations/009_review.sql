-- What reviewers were given and what they decided. It can't be computed again, so nothing here is ever rewritten
-- except a lease; the conversations themselves stay in log.*.
CREATE SCHEMA review;

CREATE TABLE review.draw (
	plan VARCHAR NOT NULL,
	week VARCHAR NOT NULL,
	seed VARCHAR NOT NULL,
	definition VARCHAR NOT NULL, -- the plan as it was, JSON
	rubric VARCHAR NOT NULL, -- the rubric as it was, JSON; every review of the week uses it
	population BIGINT NOT NULL,
	drawn_at TIMESTAMPTZ NOT NULL,
	notes VARCHAR[] NOT NULL,
	PRIMARY KEY (plan, week)
);

CREATE TABLE review.cell (
	plan VARCHAR NOT NULL,
	week VARCHAR NOT NULL,
	stratum VARCHAR NOT NULL,
	risky BOOLEAN NOT NULL,
	population BIGINT NOT NULL,
	random INTEGER NOT NULL,
	risk INTEGER NOT NULL,
	PRIMARY KEY (plan, week, stratum, risky),
	CHECK (random + risk <= population)
);

CREATE TABLE review.item (
	item VARCHAR PRIMARY KEY, -- of plan, week and conversation
	plan VARCHAR NOT NULL,
	week VARCHAR NOT NULL,
	source VARCHAR NOT NULL,
	id VARCHAR NOT NULL,
	content_hash VARCHAR NOT NULL, -- version of the conversation that was drawn
	stratum VARCHAR NOT NULL,
	risky BOOLEAN NOT NULL,
	signals VARCHAR[] NOT NULL,
	part VARCHAR NOT NULL CHECK (part IN ({{SAMPLE_PARTS}})),
	place INTEGER NOT NULL, -- in its cell, in the order drawn
	queue DOUBLE NOT NULL, -- all cells advance together, so that half a queue is a sample too
	probability DOUBLE NOT NULL CHECK (probability > 0 AND probability <= 1),
	two_reviewers BOOLEAN NOT NULL,
	said_solved BOOLEAN NOT NULL -- the bot or its desk closed it as resolved
);

-- An item that can't be reviewed, and the reserve that stands in for it; null where the cell has none left.
CREATE TABLE review.replacement (
	item VARCHAR PRIMARY KEY,
	by_item VARCHAR,
	reviewer VARCHAR NOT NULL,
	reason VARCHAR NOT NULL CHECK (reason IN ({{SKIP_REASONS}})),
	note VARCHAR,
	happened_at TIMESTAMPTZ NOT NULL
);

-- Every saved state of a review; the last one counts, the others are its history.
CREATE TABLE review.review (
	item VARCHAR NOT NULL,
	reviewer VARCHAR NOT NULL,
	version INTEGER NOT NULL,
	happened_at TIMESTAMPTZ NOT NULL,
	answers VARCHAR NOT NULL, -- criterion to level, JSON
	root_causes VARCHAR[] NOT NULL,
	note VARCHAR,
	finished BOOLEAN NOT NULL,
	score DOUBLE,
	defect BOOLEAN,
	solved BOOLEAN,
	seen_hash VARCHAR NOT NULL, -- version of the conversation that the reviewer saw
	PRIMARY KEY (item, reviewer, version)
);

CREATE TABLE review.comment (
	item VARCHAR NOT NULL,
	reviewer VARCHAR NOT NULL,
	happened_at TIMESTAMPTZ NOT NULL,
	message INTEGER, -- place in the transcript; null for the whole conversation
	text VARCHAR NOT NULL
);

CREATE TABLE review.flag (
	item VARCHAR NOT NULL,
	reviewer VARCHAR NOT NULL,
	happened_at TIMESTAMPTZ NOT NULL,
	reason VARCHAR NOT NULL
);

-- Who holds an item just now.
CREATE TABLE review.lease (
	item VARCHAR NOT NULL,
	reviewer VARCHAR NOT NULL,
	until TIMESTAMPTZ NOT NULL,
	PRIMARY KEY (item, reviewer)
);

-- grain: one row an item and reviewer, the state that counts
CREATE VIEW review.latest AS
SELECT * FROM review.review QUALIFY row_number() OVER (PARTITION BY item, reviewer ORDER BY version DESC) = 1;

-- grain: one row an item that somebody is to review: the drawn ones and the reserves called in, without the replaced
CREATE VIEW review.standing AS
SELECT i.* FROM review.item AS i
WHERE (i.part <> 'reserve' OR EXISTS (SELECT 1 FROM review.replacement AS r WHERE r.by_item = i.item))
	AND NOT EXISTS (SELECT 1 FROM review.replacement AS r WHERE r.item = i.item);
