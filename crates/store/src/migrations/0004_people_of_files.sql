-- Who stands in the configuration file of which gateway, so that it is seen when somebody is dropped: what the store holds of
-- them must not be there for a namesake.
CREATE TABLE file_person (
    gateway TEXT NOT NULL,
    issuer  TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (gateway, issuer, subject)
) STRICT, WITHOUT ROWID;
