data "entityresolution_matching_workflows" "all" {}

output "by_rules" {
  value = [
    for workflow in data.entityresolution_matching_workflows.all.workflow_summaries : workflow.workflow_name
    if workflow.resolution_type == "RULE_MATCHING"
  ]
}
