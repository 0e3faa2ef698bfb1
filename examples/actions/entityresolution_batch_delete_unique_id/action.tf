variable "erased" {
  description = "The unique ids of the people who asked for erasure."
  type        = set(string)
  default     = ["4711"]
}

# Now: terraform apply -invoke=action.entityresolution_batch_delete_unique_id.erasure -var 'erased=["4711", "4712"]'
action "entityresolution_batch_delete_unique_id" "erasure" {
  config {
    workflow_name = "customers"
    unique_ids    = var.erased
    input_source  = "arn:aws:glue:eu-west-1:123456789012:table/crm/customers"
  }
}
