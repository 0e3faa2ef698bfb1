import {
  to = entityresolution_policy_statement.partner
  id = "arn:aws:entityresolution:eu-west-1:123456789012:idnamespace/shop|partner"
}
