import {
  to = entityresolution_policy_statement.partner
  identity = {
    arn          = "arn:aws:entityresolution:eu-west-1:123456789012:idnamespace/shop"
    statement_id = "partner"
  }
}
