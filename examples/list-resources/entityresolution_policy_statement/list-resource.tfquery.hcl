# Who may use an ID namespace.
list "entityresolution_policy_statement" "partners" {
  provider         = entityresolution
  include_resource = true

  config {
    arn = "arn:aws:entityresolution:eu-west-1:123456789012:idnamespace/customers"
  }
}
