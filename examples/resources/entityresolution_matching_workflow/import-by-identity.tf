import {
  to = entityresolution_matching_workflow.customers
  identity = {
    workflow_name = "customers"
  }
}
