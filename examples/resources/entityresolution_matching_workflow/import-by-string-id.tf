import {
  to = entityresolution_matching_workflow.customers
  id = "customers"
}
