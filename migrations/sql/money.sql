-- What was told about money stays told, also to the owner. Orders, attempts and payments are added; only what ends
-- a row is ever written later, and nothing is taken away.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE payment_event ENABLE ALWAYS TRIGGER append_only;

GRANT SELECT, INSERT ON invoice, payment_attempt, payment_event, statement_line, payment TO cadastre_app;
GRANT UPDATE (cancelled_at, cancelled_by_id, cancel_reason) ON invoice TO cadastre_app;
GRANT UPDATE (provider_reference, pay_address, questions, next_question_at, concluded_at, outcome)
    ON payment_attempt TO cadastre_app;
GRANT USAGE ON SEQUENCE invoice_number_seq TO cadastre_app;
