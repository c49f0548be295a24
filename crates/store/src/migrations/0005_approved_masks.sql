-- What the policy masked, as text, when it was asked to be lifted: only that was agreed to. A grant from before this column
-- lifts nothing.
ALTER TABLE request ADD COLUMN masks TEXT NOT NULL DEFAULT '[]';
