import {
  to = entityresolution_id_namespace.shop
  id = "shop"
}
