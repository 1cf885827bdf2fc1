// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fmip device of a namespace: the name by which rules, zones, VRFs, GRO
 * and captures know what goes through bindings.  It is not a way to send: what
 * is routed to it is dropped.
 *
 * It is made with the first binding and goes with the namespace or the module.
 */
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/gro_cells.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/rtnetlink.h>

#include "compat.h"
#include "device.h"
#include "net.h"

/**
 * struct device_priv - private part of the device
 * @gro: where decapsulated packets are received
 */
struct device_priv {
	struct gro_cells gro;
};

static int device_init(struct net_device *dev)
{
	struct device_priv *priv = netdev_priv(dev);
	int err;

	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	if (!dev->tstats)
		return -ENOMEM;
	err = gro_cells_init(&priv->gro, dev);
	if (err)
		free_percpu(dev->tstats);
	return err;
}

static void device_uninit(struct net_device *dev)
{
	struct device_priv *priv = netdev_priv(dev);
	struct fmip_net *fn = fmip_net(dev_net(dev));

	/* At a namespace's end the core may come before us. */
	if (rtnl_dereference(fn->dev) == dev)
		RCU_INIT_POINTER(fn->dev, NULL);
	gro_cells_destroy(&priv->gro);
}

static int device_open(struct net_device *dev)
{
	struct inet6_dev *idev = __in6_dev_get(dev);

	/* Its name is all that it needs; an address would draw traffic. */
	if (idev)
		idev->cnf.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE;
	return 0;
}

static netdev_tx_t device_xmit(struct sk_buff *skb, struct net_device *dev)
{
	DEV_STATS_INC(dev, tx_dropped);
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static void device_free(struct net_device *dev)
{
	free_percpu(dev->tstats);
}

static const struct net_device_ops device_ops = {
	.ndo_init = device_init,
	.ndo_uninit = device_uninit,
	.ndo_open = device_open,
	.ndo_start_xmit = device_xmit,
	.ndo_get_stats64 = dev_get_tstats64,
};

/* Without .setup, "ip link add type fmip" is refused, and so is "del". */
static struct rtnl_link_ops device_link_ops __read_mostly = {
	.kind = "fmip",
};

static const struct device_type device_type = { .name = "fmip" };

static void device_setup(struct net_device *dev)
{
	dev->netdev_ops = &device_ops;
	dev->rtnl_link_ops = &device_link_ops;
	SET_NETDEV_DEVTYPE(dev, &device_type);
	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->needs_free_netdev = true;
	dev->priv_destructor = device_free;
	dev->mtu = ETH_DATA_LEN - sizeof(struct ipv6hdr);
	dev->min_mtu = IPV6_MIN_MTU;
	dev->max_mtu = IP6_MAX_MTU;
	fmip_compat_netdev_private(dev);
}

/**
 * fmip_device_init() - register the kind of device
 *
 * Context: process.
 * Return: 0 or a negative error.
 */
int fmip_device_init(void)
{
	return rtnl_link_register(&device_link_ops);
}

/**
 * fmip_device_exit() - undo fmip_device_init(), when no device is left
 *
 * Context: process.
 */
void fmip_device_exit(void)
{
	rtnl_link_unregister(&device_link_ops);
}

/**
 * fmip_device_create() - make the device of a namespace, if it has none
 * @fn: namespace
 *
 * Context: process, RTNL held.
 * Return: 0 or a negative error.
 */
int fmip_device_create(struct fmip_net *fn)
{
	struct net_device *dev;
	int err;

	ASSERT_RTNL();
	if (rtnl_dereference(fn->dev))
		return 0;
	dev = alloc_netdev(sizeof(struct device_priv), "fmip%d",
			   NET_NAME_ENUM, device_setup);
	if (!dev)
		return -ENOMEM;
	dev_net_set(dev, fn->net);
	err = register_netdevice(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	err = dev_open(dev, NULL);
	if (err) {
		unregister_netdevice(dev);
		return err;
	}
	rcu_assign_pointer(fn->dev, dev);
	return 0;
}

/**
 * fmip_device_destroy() - unregister the device of a namespace, if it has one
 * @fn: namespace
 * @kill: list for unregister_netdevice_many()
 *
 * Context: process, RTNL held; nothing is being forwarded any more.
 */
void fmip_device_destroy(struct fmip_net *fn, struct list_head *kill)
{
	struct net_device *dev = rtnl_dereference(fn->dev);

	if (dev)
		unregister_netdevice_queue(dev, kill);
}

/**
 * fmip_device_capture() - show an inner packet that leaves to who listens
 * @dev: fmip device
 * @skb: the packet, before anything is put around it
 *
 * Context: RCU, bottom halves off.
 */
void fmip_device_capture(struct net_device *dev, struct sk_buff *skb)
{
	struct net_device *was = skb->dev;

	if (likely(!dev_nit_active(dev)))
		return;
	skb->dev = dev;
	skb_reset_mac_header(skb);
	dev_queue_xmit_nit(skb, dev);
	skb->dev = was;
}

/**
 * fmip_device_sent() - count an inner packet in the device's statistics
 * @dev: fmip device
 * @len: its bytes
 *
 * Context: bottom halves off.
 */
void fmip_device_sent(struct net_device *dev, unsigned int len)
{
	dev_sw_netstats_tx_add(dev, 1, len);
}

/**
 * fmip_device_watched() - does anybody look at what the device receives?
 * @dev: fmip device; its VRF does, if it is in one
 *
 * Context: RCU.
 * Return: true if so.
 */
bool fmip_device_watched(const struct net_device *dev)
{
	if (dev_nit_active((struct net_device *)dev) ||
	    rcu_access_pointer(dev->rx_handler) ||
	    rcu_access_pointer(dev->xdp_prog) || netif_is_l3_slave(dev))
		return true;
	return fmip_compat_has_ingress(dev);
}

/**
 * fmip_device_received() - count an inner packet that came out of a tunnel
 * @dev: fmip device
 * @len: its bytes
 *
 * Context: bottom halves off.
 */
void fmip_device_received(struct net_device *dev, unsigned int len)
{
	dev_sw_netstats_rx_add(dev, len);
}

/**
 * fmip_device_receive() - receive an inner packet
 * @dev: fmip device
 * @skb: packet, network header and data at its IP header; consumed
 *
 * Context: RCU, bottom halves off.
 * Return: NET_RX_SUCCESS or NET_RX_DROP.
 */
int fmip_device_receive(struct net_device *dev, struct sk_buff *skb)
{
	struct device_priv *priv = netdev_priv(dev);

	fmip_device_received(dev, skb->len);
	return gro_cells_receive(&priv->gro, skb);
}
