-- A person's word where the map has none: which okrsek counts when a camera's deciding point lies on a border.

SET ROLE mkds_owner;

ALTER TABLE mkds.camera ADD COLUMN border_okrsek text CHECK (length(border_okrsek) BETWEEN 1 AND 64);
ALTER TABLE mkds.camera_position ADD COLUMN border_okrsek text;
COMMENT ON COLUMN mkds.camera.border_okrsek IS 'Code of the okrsek that counts, instead of the lowest code, while the deciding point lies on its border; null: the lowest code; written by the register';
COMMENT ON COLUMN mkds.camera_position.border_okrsek IS 'The same, for this span';

RESET ROLE;
