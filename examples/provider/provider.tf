terraform {
  required_providers {
    entityresolution = {
      source = "idmapping/entityresolution"
    }
  }
}

# Credentials come from where the AWS CLI and the AWS provider find them.
provider "entityresolution" {
  region = "eu-west-1"
}

# A second Region, for runs with `provider = entityresolution.us`.
provider "entityresolution" {
  alias  = "us"
  region = "us-east-1"
}
