# By the name, or by the ARN.
terraform import entityresolution_id_namespace.shop shop

# In another Region than the provider's:
terraform import entityresolution_id_namespace.shop shop@us-east-1
