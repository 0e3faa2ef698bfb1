# By the name, or by the ARN.
terraform import entityresolution_schema_mapping.customers customers

# In another Region than the provider's:
terraform import entityresolution_schema_mapping.customers customers@us-east-1
