# ARN|STATEMENT_ID: of what the policy is of, and the name of the statement in it.
terraform import entityresolution_policy_statement.partner 'arn:aws:entityresolution:eu-west-1:123456789012:idnamespace/shop|partner'
