data "entityresolution_matching_workflow" "customers" {
  workflow_name = "customers"
}

output "rules" {
  value = data.entityresolution_matching_workflow.customers.resolution_techniques.rule_based_properties.rules[*].rule_name
}
