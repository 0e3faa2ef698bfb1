resource "entityresolution_id_namespace" "shop" {
  id_namespace_name = "shop"
  type              = "SOURCE"
}

# Another account may map our customers to its own.
resource "entityresolution_policy_statement" "partner" {
  arn          = entityresolution_id_namespace.shop.id_namespace_arn
  statement_id = "partner"
  effect       = "Allow"
  principal    = ["210987654321"]
  action       = ["entityresolution:GetIdNamespace", "entityresolution:UseIdNamespace"]

  condition = jsonencode({
    StringEquals = { "aws:PrincipalOrgID" = "o-example" }
  })
}
