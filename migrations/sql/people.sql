-- Who could file for a party before powers were told apart could also pay, follow and sign for it.
UPDATE mandate SET powers = '{file,pay,follow,sign}' WHERE 'file' = ANY (powers);
-- Keys made before scopes were heeded go on doing what they did, until their term.
UPDATE api_token SET scopes = '{read,file,examine,decide}' WHERE scopes = '{}';

GRANT SELECT, INSERT ON passkey, recovery_code, sign_in_failure, identity, mandate_invitation
TO cadastre_app;
GRANT UPDATE (sign_count, last_used_at, name) ON passkey TO cadastre_app;
GRANT UPDATE (used_at) ON recovery_code TO cadastre_app;
GRANT UPDATE (last_used_at) ON identity TO cadastre_app;
GRANT UPDATE (accepted_at, withdrawn_at, mandate_id) ON mandate_invitation TO cadastre_app;
GRANT DELETE ON passkey, recovery_code, sign_in_failure, identity TO cadastre_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO cadastre_app;
