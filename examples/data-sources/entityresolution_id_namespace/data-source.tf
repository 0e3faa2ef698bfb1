data "entityresolution_id_namespace" "shop" {
  id_namespace_name = "shop"
}

output "shop_arn" {
  value = data.entityresolution_id_namespace.shop.id_namespace_arn
}
