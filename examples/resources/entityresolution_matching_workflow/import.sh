# By the name, or by the ARN.
terraform import entityresolution_matching_workflow.customers customers

# In another Region than the provider's:
terraform import entityresolution_matching_workflow.customers customers@us-east-1
