UPDATE webhook_endpoints SET secret = %(secret)s WHERE endpoint_id = %(endpoint_id)s
