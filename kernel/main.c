// SPDX-License-Identifier: GPL-2.0-only
/*
 * fmip: in-kernel fast handovers for mobile IP access routers.
 */
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "binding.h"
#include "device.h"
#include "net.h"
#include "netlink.h"
#include "tunnel.h"

static int __init caches_init(void)
{
	int err = fmip_binding_cache_init();

	if (err)
		return err;
	err = fmip_path_cache_init();
	if (err)
		goto err_binding;
	err = fmip_tunnel_cache_init();
	if (err)
		goto err_path;
	return 0;

err_path:
	fmip_path_cache_destroy();
err_binding:
	fmip_binding_cache_destroy();
	return err;
}

static void caches_destroy(void)
{
	fmip_tunnel_cache_destroy();
	fmip_path_cache_destroy();
	fmip_binding_cache_destroy();
}

static int __init fmip_init(void)
{
	int err;

	if (!ipv6_mod_enabled()) {
		pr_err("fmip: IPv6 is disabled on this system\n");
		return -EOPNOTSUPP;
	}
	err = caches_init();
	if (err)
		return err;
	err = fmip_device_init();
	if (err)
		goto err_caches;
	err = fmip_net_init();
	if (err)
		goto err_device;
	/* Last, because then requests come. */
	err = fmip_netlink_init();
	if (err)
		goto err_net;
	return 0;

err_net:
	fmip_net_exit();
err_device:
	fmip_device_exit();
err_caches:
	/* A namespace that could not be made may have left something. */
	rcu_barrier();
	caches_destroy();
	return err;
}

static void __exit fmip_exit(void)
{
	fmip_netlink_exit();
	fmip_net_exit();
	fmip_device_exit();
	/* No callback may outlive the code. */
	rcu_barrier();
	caches_destroy();
}

module_init(fmip_init);
module_exit(fmip_exit);

MODULE_DESCRIPTION("Fast handovers for mobile IP access routers");
MODULE_AUTHOR("The fmip authors");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY("fmip");
MODULE_ALIAS_RTNL_LINK("fmip");
