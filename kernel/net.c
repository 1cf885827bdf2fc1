// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-namespace state, from its first binding to the namespace's end.
 */
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

#include "binding.h"
#include "compat.h"
#include "device.h"
#include "hooks.h"
#include "net.h"
#include "plan.h"
#include "proxy.h"
#include "queue.h"
#include "route.h"
#include "tunnel.h"

/* Registered hooks cost every packet; unregistering them flushes NFQUEUEs. */
#define IDLE_TIME	(60 * HZ)

#define DEFAULT_PROXIES		4096

unsigned int fmip_net_id __read_mostly;
EXPORT_SYMBOL_IF_KUNIT(fmip_net_id);

static void reap_run(struct work_struct *work)
{
	struct fmip_net *fn = container_of(work, struct fmip_net, reap_work);
	bool more;

	do {
		mutex_lock(&fn->lock);
		more = fmip_binding_reap_some(fn);
		mutex_unlock(&fn->lock);
		cond_resched();
	} while (more);
	if (llist_empty(&fn->reap_proxies))
		return;
	rtnl_lock();
	mutex_lock(&fn->lock);
	fmip_proxy_reap(fn);
	mutex_unlock(&fn->lock);
	rtnl_unlock();
}

static void idle_run(struct work_struct *work)
{
	struct fmip_net *fn = container_of(to_delayed_work(work),
					   struct fmip_net, idle_work);

	mutex_lock(&fn->lock);
	if (!fn->n_bindings) {
		fmip_hooks_unregister(fn);
		fmip_room_leave(&fn->room);
	}
	mutex_unlock(&fn->lock);
}

/**
 * fmip_net_idle() - there is no binding, or none any more
 * @fn: namespace
 *
 * Context: process, the namespace's lock held.
 */
void fmip_net_idle(struct fmip_net *fn)
{
	if (!fn->closing)
		mod_delayed_work(system_wq, &fn->idle_work, IDLE_TIME);
}

static int tables_init(struct fmip_net *fn)
{
	int err;

	err = fmip_match_table_init(&fn->matches);
	if (err)
		return err;
	err = fmip_tunnel_table_init(fn);
	if (err)
		goto err_matches;
	err = fmip_proxy_table_init(fn);
	if (err)
		goto err_tunnels;
	err = fmip_plan_tables_init(fn);
	if (err)
		goto err_proxies;
	return 0;

err_proxies:
	fmip_proxy_table_destroy(fn);
err_tunnels:
	fmip_tunnel_table_destroy(fn);
err_matches:
	fmip_match_table_destroy(&fn->matches);
	return err;
}

static int __net_init net_init(struct net *net)
{
	struct fmip_net *fn = fmip_net(net);
	int err;

	fn->net = net;
	fn->stats = netdev_alloc_pcpu_stats(struct fmip_pcpu_stats);
	if (!fn->stats)
		return -ENOMEM;
	err = tables_init(fn);
	if (err) {
		free_percpu(fn->stats);
		return err;
	}
	mutex_init(&fn->lock);
	xa_init_flags(&fn->bindings, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	fmip_route_init(fn);
	fn->addresses = 1;
	init_llist_head(&fn->reap_bindings);
	init_llist_head(&fn->prune_bindings);
	init_llist_head(&fn->reap_proxies);
	INIT_WORK(&fn->reap_work, reap_run);
	INIT_DELAYED_WORK(&fn->idle_work, idle_run);
	ratelimit_state_init(&fn->rejected_limit, HZ, 100);
	ratelimit_set_flags(&fn->rejected_limit, RATELIMIT_MSG_ON_RELEASE);
	fmip_room_init(&fn->room, net);
	fmip_spent_init(&fn->spent);
	fn->proxies_max = DEFAULT_PROXIES;
	return 0;
}

/*
 * No packet finds us after this; what was buffered is freed.  Nothing refers to a
 * device, either: the module may be going, too, and then nobody tells us any more
 * that the core unregisters them, which it does before net_exit_batch().
 */
static void __net_exit net_pre_exit(struct net *net)
{
	struct fmip_net *fn = fmip_net(net);

	mutex_lock(&fn->lock);
	fn->closing = true;
	/* First: a release could still queue a packet to user space. */
	fmip_binding_flush(fn, FMIP_DROP_DELETED);
	fmip_hooks_unregister(fn);
	fmip_tunnel_flush(fn);
	fmip_route_destroy(fn);
	fmip_room_leave(&fn->room);
	mutex_unlock(&fn->lock);
	cancel_delayed_work_sync(&fn->idle_work);
}

/*
 * A grace period has passed, so that nothing ends a proxy any more, and none is
 * on its way to the reaper.
 */
static void stop_reaper(struct fmip_net *fn)
{
	cancel_work_sync(&fn->reap_work);
	fmip_spent_end(&fn->spent);
	rtnl_lock();
	mutex_lock(&fn->lock);
	fmip_proxy_reap(fn);
	mutex_unlock(&fn->lock);
	rtnl_unlock();
}

static void __net_exit net_exit_batch(struct list_head *nets)
{
	struct fmip_net *fn;
	LIST_HEAD(kill);
	struct net *net;

	list_for_each_entry(net, nets, exit_list)
		stop_reaper(fmip_net(net));

	rtnl_lock();
	list_for_each_entry(net, nets, exit_list) {
		fn = fmip_net(net);
		fmip_device_destroy(fn, &kill);
	}
	unregister_netdevice_many(&kill);
	rtnl_unlock();

	list_for_each_entry(net, nets, exit_list) {
		fn = fmip_net(net);
		fmip_plan_tables_destroy(fn);
		fmip_proxy_table_destroy(fn);
		fmip_tunnel_table_destroy(fn);
		fmip_match_table_destroy(&fn->matches);
		xa_destroy(&fn->bindings);
		free_percpu(fn->stats);
	}
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit_batch = net_exit_batch,
	.id = &fmip_net_id,
	.size = sizeof(struct fmip_net),
};

/* A device goes: with it what names it, and every route over it. */
static int device_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct fmip_net *fn = fmip_net(dev_net(dev));

	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	mutex_lock(&fn->lock);
	fmip_binding_forget_dev(fn, dev);
	fmip_proxy_reap(fn);
	fmip_tunnel_forget_routes(fn);
	fmip_route_forget_dev(fn, dev);
	mutex_unlock(&fn->lock);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

/* Whether a tunnel's local end is ours is to be asked again. */
static void address_changed(const struct net_device *dev)
{
	struct fmip_net *fn = fmip_net(dev_net(dev));

	/* Pairs with fmip_path_is_local(): the change is there to be seen. */
	smp_wmb();
	WRITE_ONCE(fn->addresses, fn->addresses + 1);
}

static int address6_event(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	const struct inet6_ifaddr *ifa = ptr;

	address_changed(ifa->idev->dev);
	return NOTIFY_DONE;
}

static int address4_event(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	const struct in_ifaddr *ifa = ptr;

	address_changed(ifa->ifa_dev->dev);
	return NOTIFY_DONE;
}

static struct notifier_block address6_notifier = {
	.notifier_call = address6_event,
};

static struct notifier_block address4_notifier = {
	.notifier_call = address4_event,
};

/**
 * fmip_net_init() - be there in every namespace
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int fmip_net_init(void)
{
	int err = register_pernet_subsys(&net_ops);

	if (err)
		return err;
	err = register_netdevice_notifier(&device_notifier);
	if (err)
		goto err_pernet;
	err = register_inet6addr_notifier(&address6_notifier);
	if (err)
		goto err_device;
	err = register_inetaddr_notifier(&address4_notifier);
	if (err)
		goto err_address6;
	return 0;

err_address6:
	unregister_inet6addr_notifier(&address6_notifier);
err_device:
	unregister_netdevice_notifier(&device_notifier);
err_pernet:
	unregister_pernet_subsys(&net_ops);
	return err;
}

/**
 * fmip_net_exit() - undo fmip_net_init()
 *
 * Unregistering the notifier runs it for every device, so that nothing refers
 * to one once nobody is told of its end.
 *
 * Context: process; no request is being served.
 */
void fmip_net_exit(void)
{
	unregister_inetaddr_notifier(&address4_notifier);
	unregister_inet6addr_notifier(&address6_notifier);
	unregister_netdevice_notifier(&device_notifier);
	unregister_pernet_subsys(&net_ops);
}
