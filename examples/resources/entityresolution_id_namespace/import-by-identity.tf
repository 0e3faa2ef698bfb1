import {
  to = entityresolution_id_namespace.shop
  identity = {
    id_namespace_name = "shop"
  }
}
