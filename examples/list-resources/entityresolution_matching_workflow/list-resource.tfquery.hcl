# All of them in the provider's Region.
list "entityresolution_matching_workflow" "all" {
  provider = entityresolution
}

# Those of another Region, with all that there is to know of each: what -generate-config-out needs.
list "entityresolution_matching_workflow" "virginia" {
  provider         = entityresolution
  include_resource = true
  limit            = 500

  config {
    region = "us-east-1"
  }
}
